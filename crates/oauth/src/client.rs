//! Sends one token request and reads its answer within bounds.

use crate::answer::{self, ANSWER_BYTES_MAX, Answer, Granted};
use crate::request::{Presented, TokenRequest};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_secret::TokenBytes;
use std::error::Error as _;
use std::time::Duration;
use zeroize::Zeroizing;

/// Total time for one token request, in seconds (broker rule 2.4: a lease is three times this).
pub const EXCHANGE_S_MAX: u64 = 20;

/// Header by which our broker asks a simulator on stepped time for undivided lives.
const VIRTUAL_TIME: &str = "x-countersign-virtual-time";
/// Header in which such a simulator tells the latency it did not sleep.
const LATENCY: &str = "x-sim-latency-ms";

/// What came of it.
pub struct Exchange {
    /// The answer as facts.
    pub result: MintResult,
    /// The token, when issued.
    pub grant: Option<Granted>,
    /// A new refresh token, whatever else the answer is worth.
    pub refresh_token: Option<TokenBytes>,
    /// Latency that a simulator on stepped time told instead of slept, milliseconds.
    pub told_latency_ms: Option<u64>,
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The TLS set-up failed.
    #[error("the HTTP client could not be set up")]
    Setup(#[source] reqwest::Error),
}

/// Sends token requests. No redirects, no retries of its own: whether to send again is not decided
/// here.
#[derive(Clone)]
pub struct TokenClient {
    http: reqwest::Client,
    /// Keeps no connection: what is sent once must not meet one that the server is just closing.
    fresh: reqwest::Client,
    virtual_time: bool,
}

impl TokenClient {
    /// Makes a client from prepared builders. `virtual_time`: the house runs on stepped time and
    /// talks to a simulator.
    ///
    /// # Errors
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(
        builder: impl Fn() -> reqwest::ClientBuilder,
        virtual_time: bool,
    ) -> Result<TokenClient, ClientError> {
        let once = || builder().retry(reqwest::retry::never());
        let fresh = once().pool_max_idle_per_host(0);
        Ok(TokenClient {
            http: once().build().map_err(ClientError::Setup)?,
            fresh: fresh.build().map_err(ClientError::Setup)?,
            virtual_time,
        })
    }

    /// Sends one request and reads its answer. Never fails: no answer is an answer too.
    pub async fn exchange(&self, request: &TokenRequest<'_>) -> Exchange {
        let bounded = tokio::time::timeout(Duration::from_secs(EXCHANGE_S_MAX), self.send(request));
        match bounded.await {
            Ok(exchange) => exchange,
            Err(_) => no_answer(Phase::AfterSend, NetCause::Timeout),
        }
    }

    /// Whether a host answers at all, asked without a credential: any answer that is not a 5xx.
    pub async fn knock(&self, url: &str) -> bool {
        let mut get = self.fresh.get(url);
        if self.virtual_time {
            get = get.header(VIRTUAL_TIME, "1");
        }
        let bounded = tokio::time::timeout(Duration::from_secs(EXCHANGE_S_MAX), get.send()).await;
        matches!(bounded, Ok(Ok(answer)) if answer.status().as_u16() < 500)
    }

    async fn send(&self, request: &TokenRequest<'_>) -> Exchange {
        let http = match request.presented {
            Presented::Client => &self.http,
            Presented::RefreshToken(_) | Presented::Code { .. } => &self.fresh,
        };
        let mut post = http
            .post(request.token_url)
            .header("accept", "application/json");
        if self.virtual_time {
            post = post.header(VIRTUAL_TIME, "1");
        }
        let (kind, body) = request.written();
        let post = post.header("content-type", kind).body(body.to_vec());
        let mut response = match post.send().await {
            Ok(response) => response,
            Err(error) => return classified(&error),
        };
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let (retry_after, latency) = (header("retry-after"), header(LATENCY));
        let status = response.status().as_u16();
        let mut body = Zeroizing::new(Vec::new());
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > ANSWER_BYTES_MAX => {
                    let why = format!("the answer is larger than {ANSWER_BYTES_MAX} bytes");
                    return plain(MintResult::Unreadable { status, why });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return classified(&error),
            }
        }
        let Answer {
            mut result,
            grant,
            refresh_token,
        } = answer::read(status, retry_after.as_deref(), &body);
        hide_secrets(&mut result, request, &body);
        let told_latency_ms = latency
            .filter(|_| self.virtual_time)
            .and_then(|ms| ms.parse().ok());
        Exchange {
            result,
            grant,
            refresh_token,
            told_latency_ms,
        }
    }
}

fn plain(result: MintResult) -> Exchange {
    Exchange {
        result,
        grant: None,
        refresh_token: None,
        told_latency_ms: None,
    }
}

fn no_answer(phase: Phase, cause: NetCause) -> Exchange {
    plain(MintResult::NoAnswer { phase, cause })
}

/// An upstream that echoes our request must not make us repeat its secrets, whole or cut.
fn hide_secrets(result: &mut MintResult, request: &TokenRequest<'_>, body: &[u8]) {
    let MintResult::Refused {
        error, description, ..
    } = result
    else {
        return;
    };
    let hints = |text: &Option<String>| {
        let text = text.as_deref();
        text.is_some_and(|text| request.is_hinted_by(text))
    };
    if request.is_repeated_by(body) || hints(description) {
        *description = Some("[the answer repeated our secret; not shown]".to_owned());
    }
    if hints(error) {
        *error = None;
    }
}

/// Tells before-send from after-send: only the first may be repeated without a thought.
fn classified(error: &reqwest::Error) -> Exchange {
    let mut chain = Vec::new();
    let mut cause = error.source();
    while let Some(link) = cause {
        chain.push(link.to_string());
        cause = link.source();
    }
    let says = |word: &str| {
        chain
            .iter()
            .any(|text| text.to_ascii_lowercase().contains(word))
    };
    let expired = says("certificate expired") || says("certificateexpired");
    if error.is_builder() {
        return no_answer(Phase::BeforeSend, NetCause::Connect);
    }
    if error.is_connect() {
        let cause = match () {
            () if expired => NetCause::TlsCertificateExpired,
            () if says("certificate") || says("tls") || says("handshake") => NetCause::Tls,
            () if says("dns") || says("lookup") => NetCause::Dns,
            () if error.is_timeout() => NetCause::Timeout,
            () => NetCause::Connect,
        };
        return no_answer(Phase::BeforeSend, cause);
    }
    let cause = if error.is_timeout() {
        NetCause::Timeout
    } else {
        NetCause::Reset
    };
    no_answer(Phase::AfterSend, cause)
}

#[cfg(test)]
mod tests;
