//! The road to a watch elsewhere: batches of outcome lines over HTTP, acknowledged when durable.

use countersign_broker::outbox::{Road, RoadError};
use countersign_feed::ndjson;
use countersign_host::http;
use countersign_model::outcome::Outcome;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Total time for one batch.
const BATCH: Duration = Duration::from_secs(20);

/// `POST {base}/api/v1/outcomes` with a bearer.
pub struct WatchRoad {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl WatchRoad {
    /// A road to the watch at `base`.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(base: &str, token: String) -> Result<WatchRoad, reqwest::Error> {
        let url = format!("{base}/api/v1/outcomes");
        Ok(WatchRoad {
            client: http::client(BATCH).build()?,
            url,
            token,
        })
    }

    async fn send(&self, batch: Vec<Outcome>) -> Result<(), RoadError> {
        let mut lines = String::new();
        for outcome in &batch {
            lines.push_str(&ndjson::encode(outcome));
            lines.push('\n');
        }
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(&self.token)
            .body(lines);
        let request = request.header("content-type", "application/x-ndjson");
        let response = request.send().await.map_err(|error| {
            RoadError(format!("the watch did not answer: {}", error.without_url()))
        })?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status => Err(RoadError(format!("the watch answered {status}"))),
        }
    }
}

impl Road for WatchRoad {
    fn carry(
        &self,
        batch: Vec<Outcome>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoadError>> + Send + '_>> {
        Box::pin(self.send(batch))
    }
}
