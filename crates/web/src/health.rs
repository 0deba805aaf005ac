//! Whether the process lives, and whether it can do its work.

use crate::app::App;
use crate::problem::{Code, Problem};
use axum::extract::State;
use axum::http::HeaderName;

/// Tells commands which plane answers at an address.
const PLANE: HeaderName = HeaderName::from_static("x-countersign-plane");

/// `GET /healthz`: the process answers, and says which plane it is.
pub(crate) async fn healthz() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(PLANE, "watch")], "ok\n")
}

/// `GET /readyz`: the ledger answers too.
pub(crate) async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    match app.store.outbox_health().await {
        Ok(_) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the ledger cannot be read");
            Err(Problem::new(
                Code::Unavailable,
                "The watch's ledger cannot be read.",
            ))
        }
    }
}
