//! Doors between the dashboard and the watch: the rooms do not know each other.

use bytes::Bytes;
use countersign_model::estate::Estate;
use countersign_model::id::IncidentId;
use countersign_model::response::Deed;
use countersign_watch::{IngestScope as WatchScope, Watch, WatchError};
use countersign_web::{
    EstatePort, IngestPort, IngestReject, IngestReport, IngestScope, Live, PortError, ResponsePort,
};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Somebody else who works by the estate: the broker, when it runs in the same process.
pub trait EstateSink: Send + Sync {
    /// Replaces `before`, which the watch has in force, by `next`.
    ///
    /// # Errors
    /// [`NotPut`]; the old estate is then still in force there.
    fn put(&self, before: Option<Estate>, next: Estate) -> BoxFuture<'_, Result<(), NotPut>>;
}

/// Why an estate was not put in force elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPut {
    /// What is in force there is neither the one before nor the next.
    Other,
    /// It was refused; a sentence for a person.
    Refused(String),
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

/// Said of a pair that is none.
const OTHER: &str = "The broker works by another estate than the watch: somebody changed it there alone. \
                     Nothing was changed; `countersign estate plan FILE` shows both, and \
                     `countersign estate apply FILE` makes them equal.";

/// The watch could not keep what the broker has in force by now.
#[derive(Debug, thiserror::Error)]
#[error("the broker has the new estate and the watch has not: apply it again")]
struct Unpaired {
    source: WatchError,
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
    /// The stricter side first: what the broker refuses, the watch never sees; and what the watch cannot
    /// keep, the broker gives back.
    fn replace(
        &self,
        before: Option<Estate>,
        next: Estate,
    ) -> BoxFuture<'_, Result<(), PortError>> {
        Box::pin(async move {
            let Some(sink) = &self.sink else {
                self.watch.set_estate(next).await.map_err(failed)?;
                self.live.reset();
                return Ok(());
            };
            let put = sink.put(before.clone(), next.clone()).await;
            put.map_err(|error| match error {
                NotPut::Other => PortError::Changed {
                    reason: OTHER.to_owned(),
                },
                NotPut::Refused(reason) => PortError::Refused { reason },
            })?;
            if let Err(error) = self.watch.set_estate(next.clone()).await {
                // Before the first there is nothing to give back: the same change again makes a pair.
                if let Some(before) = before
                    && sink.put(Some(next), before).await.is_err()
                {
                    return Err(failed(Unpaired { source: error }));
                }
                return Err(failed(error));
            }
            self.live.reset();
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
