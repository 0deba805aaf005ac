//! Sends one token request and reads its answer within bounds.

use crate::answer::{self, ANSWER_BYTES_MAX, Answer, Granted};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_secret::Secret;
use serde_json::{Map, Value};
use std::error::Error as _;
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// Total time for one token request, in seconds (broker rule 2.4: a lease is three times this).
pub const EXCHANGE_S_MAX: u64 = 20;

/// Header by which our broker asks a simulator on stepped time for undivided lives.
const VIRTUAL_TIME: &str = "x-countersign-virtual-time";
/// Header in which such a simulator tells the latency it did not sleep.
const LATENCY: &str = "x-sim-latency-ms";

/// How the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// SFMC's documented JSON, with `account_id`.
    SfmcJson,
    /// RFC 6749 section 4.4.2: a form with the client's id and secret in the body.
    Form,
}

/// One client-credentials request (RFC 6749 section 4.4).
pub struct TokenRequest<'a> {
    /// Where it goes.
    pub token_url: &'a str,
    /// How it is written.
    pub style: Style,
    /// OAuth client id.
    pub client_id: &'a str,
    /// The client's secret.
    pub client_secret: &'a Secret,
    /// The business unit's MID, for SFMC.
    pub account_id: Option<u64>,
    /// Scopes asked for; `None`: all the client holds.
    pub scope: Option<&'a [String]>,
}

/// What came of it.
pub struct Exchange {
    /// The answer as facts.
    pub result: MintResult,
    /// The token, when issued.
    pub grant: Option<Granted>,
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
    virtual_time: bool,
}

impl TokenClient {
    /// Makes a client from a prepared builder. `virtual_time`: the house runs on stepped time and
    /// talks to a simulator.
    ///
    /// # Errors
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(
        builder: reqwest::ClientBuilder,
        virtual_time: bool,
    ) -> Result<TokenClient, ClientError> {
        let builder = builder.retry(reqwest::retry::never());
        Ok(TokenClient {
            http: builder.build().map_err(ClientError::Setup)?,
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

    async fn send(&self, request: &TokenRequest<'_>) -> Exchange {
        let mut post = self
            .http
            .post(request.token_url)
            .header("accept", "application/json");
        if self.virtual_time {
            post = post.header(VIRTUAL_TIME, "1");
        }
        let (kind, body) = match request.style {
            Style::SfmcJson => ("application/json", json_body(request)),
            Style::Form => ("application/x-www-form-urlencoded", form_body(request)),
        };
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
        let Answer { mut result, grant } = answer::read(status, retry_after.as_deref(), &body);
        hide_echo(&mut result, request.client_secret, &body);
        let told_latency_ms = latency
            .filter(|_| self.virtual_time)
            .and_then(|ms| ms.parse().ok());
        Exchange {
            result,
            grant,
            told_latency_ms,
        }
    }
}

fn plain(result: MintResult) -> Exchange {
    Exchange {
        result,
        grant: None,
        told_latency_ms: None,
    }
}

fn no_answer(phase: Phase, cause: NetCause) -> Exchange {
    plain(MintResult::NoAnswer { phase, cause })
}

/// SFMC's body. The secret is lent to the serialiser and wiped with the buffer.
fn json_body(request: &TokenRequest<'_>) -> Zeroizing<Vec<u8>> {
    let mut fields = Map::new();
    fields.insert("grant_type".into(), "client_credentials".into());
    fields.insert("client_id".into(), request.client_id.into());
    if let Some(mid) = request.account_id {
        fields.insert("account_id".into(), mid.into());
    }
    if let Some(scope) = request.scope {
        fields.insert("scope".into(), scope.join(" ").into());
    }
    request.client_secret.expose(|secret| {
        fields.insert(
            "client_secret".into(),
            String::from_utf8_lossy(secret).into(),
        );
    });
    let body = Zeroizing::new(serde_json::to_vec(&fields).expect("a map of texts is JSON"));
    if let Some(Value::String(secret)) = fields.get_mut("client_secret") {
        secret.zeroize();
    }
    body
}

fn form_body(request: &TokenRequest<'_>) -> Zeroizing<Vec<u8>> {
    let secret = request
        .client_secret
        .expose(|secret| Zeroizing::new(String::from_utf8_lossy(secret).into_owned()));
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    form.append_pair("client_id", request.client_id);
    form.append_pair("client_secret", &secret);
    if let Some(scope) = request.scope {
        form.append_pair("scope", &scope.join(" "));
    }
    Zeroizing::new(form.finish().into_bytes())
}

/// An upstream that echoes our request must not make us repeat its secret, whole or cut.
fn hide_echo(result: &mut MintResult, secret: &Secret, body: &[u8]) {
    let echoes = secret.expose(|bytes| {
        !bytes.is_empty() && body.windows(bytes.len()).any(|window| window == bytes)
    });
    if let (true, MintResult::Refused { description, .. }) = (echoes, result) {
        *description = Some("[the answer repeated our secret; not shown]".to_owned());
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
