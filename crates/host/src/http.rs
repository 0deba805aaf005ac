//! The HTTP client every room starts from: one TLS, no surprises.

use std::time::Duration;

pub use reqwest::{RequestBuilder, Response};

/// Makes the process use ring for TLS. Call it once, first thing in `main`; more is harmless.
pub fn install_tls() {
    // An error only says that it was installed before.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// A client builder with our defaults: no redirects, connect within 5 s, a total of `total`.
pub fn client(total: Duration) -> reqwest::ClientBuilder {
    install_tls();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5).min(total))
        .timeout(total)
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
}
