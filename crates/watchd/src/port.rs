//! Doors between the dashboard and the watch: the rooms do not know each other.

use bytes::Bytes;
use countersign_model::estate::Estate;
use countersign_model::id::IncidentId;
use countersign_model::response::Deed;
use countersign_watch::{IngestScope as WatchScope, Watch};
use countersign_web::{
    EstatePort, IngestPort, IngestReject, IngestReport, IngestScope, Live, PortError, ResponsePort,
};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Somebody else who works by the estate: the broker, when it runs in the same process.
pub trait EstateSink: Send + Sync {
    /// Puts the estate in force there.
    ///
    /// # Errors
    /// A sentence for a person; the old estate is then still in force there.
    fn put(&self, estate: Estate) -> BoxFuture<'_, Result<(), String>>;
}

pub(crate) struct IngestDoor(pub(crate) Watch);

impl IngestPort for IngestDoor {
    fn accept(
        &self,
        lines: Bytes,
        scope: IngestScope,
    ) -> BoxFuture<'_, Result<IngestReport, PortError>> {
        Box::pin(async move {
            let scope = match scope {
                IngestScope::Broker => WatchScope::Broker,
                IngestScope::All => WatchScope::All,
                IngestScope::Only(integrations) => WatchScope::Only(integrations),
            };
            let report = self.0.ingest(&lines, &scope).await.map_err(failed)?;
            Ok(IngestReport {
                accepted: report.accepted,
                duplicates: report.duplicates,
                rejected: report.rejected,
                contradicted: report.contradicted,
                rejects: report
                    .rejects
                    .into_iter()
                    .map(|reject| IngestReject {
                        line: reject.line,
                        reason: reject.reason,
                    })
                    .collect(),
                unknown_fields: report.unknown_fields,
            })
        })
    }
}

pub(crate) struct ResponseDoor(pub(crate) Watch);

impl ResponsePort for ResponseDoor {
    fn note(&self, incident: IncidentId, deed: Deed) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            let noted = self.0.note_deed(&incident, &deed).await;
            noted.map_err(failed)
        })
    }
}

fn failed(source: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::Failed {
        source: Box::new(source),
    }
}

pub(crate) struct EstateDoor {
    watch: Watch,
    sink: Option<Arc<dyn EstateSink>>,
    live: Live,
}

impl EstateDoor {
    pub(crate) fn new(watch: Watch, sink: Option<Arc<dyn EstateSink>>, live: Live) -> EstateDoor {
        EstateDoor { watch, sink, live }
    }
}

impl EstatePort for EstateDoor {
    /// The stricter side first: what the broker refuses, the watch never sees.
    fn replace(&self, estate: Estate) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            if let Some(sink) = &self.sink {
                let put = sink.put(estate.clone()).await;
                put.map_err(|reason| PortError::Refused { reason })?;
            }
            self.watch.set_estate(estate).await.map_err(failed)?;
            self.live.reset();
            Ok(())
        })
    }
}
