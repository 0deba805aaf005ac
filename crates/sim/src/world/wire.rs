//! The road between the world's programs and the provider's model: requests made, answers read.

use crate::setup::setup;
use crate::simulator::Simulator;
use countersign_model::Timestamp;
use countersign_model::estate::{CredentialKind, Estate};
use countersign_model::mint::{MintResult, NetCause, Phase};
use countersign_sfmc::fault::{FaultError, FaultOrder};
use countersign_sfmc::platform::Platform;
use countersign_sfmc::request::{Answer, Body, Reply, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where the model's answers say that it listens; nobody goes there.
const BASE_URL: &str = "https://provider.sim.invalid";
/// Requests into which a burst is divided where a share of them fails.
const PARTS_MAX: u64 = 10;

/// Life of a token as told and as it is, seconds (design 4.1, demo estate D.1).
const TOKEN_LIFE: [(&str, &str); 2] = [("expires_in", "1199"), ("validity", "1319")];

/// The provider's model.
enum Provider {
    /// The world's own.
    Own(Box<Platform>),
    /// One that others talk to as well, and break.
    Lent(Simulator),
}

impl Provider {
    fn with<T>(&mut self, work: impl FnOnce(&mut Platform) -> T) -> T {
        match self {
            Provider::Own(platform) => work(platform),
            Provider::Lent(simulator) => simulator.with(work),
        }
    }
}

/// The provider, at the end of a wire.
pub(crate) struct Wire {
    provider: Provider,
    /// Whether a fault at work hits only a share, so that one request cannot stand for many.
    shared: bool,
}

/// What a token request brought.
pub(crate) struct Brought {
    pub(crate) result: MintResult,
    pub(crate) latency_ms: u64,
    pub(crate) access_token: Option<String>,
    pub(crate) refresh_token: Option<String>,
}

/// How some equal calls went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Went {
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    /// The MID that the token named, where that is not the caller's own.
    pub(crate) elsewhere: Option<u64>,
}

impl Went {
    /// Answered as usual.
    pub(crate) fn well() -> Went {
        Went::with(Some(200), None)
    }

    /// Answered so, or not at all.
    pub(crate) fn with(status: Option<u16>, code: Option<&str>) -> Went {
        Went {
            status,
            code: code.map(str::to_owned),
            elsewhere: None,
        }
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.status.is_some_and(|status| status < 300)
    }
}

/// Whose token request it is.
pub(crate) struct Client<'a> {
    pub(crate) kind: CredentialKind,
    pub(crate) label: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a str,
    pub(crate) refresh_token: Option<&'a str>,
    pub(crate) mid: Option<u64>,
}

/// A call, its token beside it.
pub(crate) struct Sent<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: Option<&'a Value>,
}

impl Wire {
    /// The provider of an estate. `switches` are those a scenario sets, which was checked before.
    pub(crate) fn new(
        estate: &Estate,
        now: Timestamp,
        seed: u64,
        switches: &BTreeMap<String, u64>,
    ) -> Wire {
        let mut platform = Platform::new(setup(estate, BASE_URL), now, seed);
        for (name, seconds) in TOKEN_LIFE {
            let set = platform.set_switch(name, seconds);
            set.expect("a switch there is, and within its bounds");
        }
        for (name, value) in switches {
            let set = platform.set_switch(name, &value.to_string());
            set.expect("it was checked before the world began");
        }
        Wire {
            provider: Provider::Own(Box::new(platform)),
            shared: false,
        }
    }

    /// A wire to a provider that others talk to as well.
    pub(crate) fn over(simulator: Simulator) -> Wire {
        Wire {
            provider: Provider::Lent(simulator),
            shared: false,
        }
    }

    /// Whether others talk to the provider as well.
    pub(crate) fn is_lent(&self) -> bool {
        matches!(self.provider, Provider::Lent(_))
    }

    /// The switches that an answer depended on so far, by name.
    pub(crate) fn switches_read(&self) -> Vec<&'static str> {
        let read = match &self.provider {
            Provider::Own(platform) => platform.switches().read(),
            Provider::Lent(simulator) => simulator.with(|platform| platform.switches().read()),
        };
        read.into_iter().map(|switch| switch.name).collect()
    }

    /// Whether the provider's model could play a fault.
    pub(crate) fn check(&self, order: &FaultOrder) -> Result<(), FaultError> {
        match &self.provider {
            Provider::Own(platform) => platform.check(order),
            Provider::Lent(simulator) => simulator.with(|platform| platform.check(order)),
        }
    }

    pub(crate) fn inject(&mut self, now: Timestamp, order: &FaultOrder) {
        self.shared |= order.share.is_some_and(|share| share < 1.0);
        let injected = self.provider.with(|platform| platform.inject(now, order));
        injected.expect("it was checked before the world began");
    }

    /// Whether a host answers at all.
    pub(crate) fn knock(&mut self, now: Timestamp, kind: CredentialKind, label: &str) -> bool {
        let request = Request {
            method: "GET".to_owned(),
            path: token_path(kind, label),
            ..Request::default()
        };
        matches!(self.step(now, &request), Reply::Answer(answer) if answer.status < 500)
    }

    pub(crate) fn mint(&mut self, now: Timestamp, client: &Client<'_>) -> Brought {
        let form = matches!(
            client.kind,
            CredentialKind::CrmOauth | CredentialKind::ExtOauth
        );
        let fields = fields(client);
        let (kind, body) = match form {
            true => (
                "application/x-www-form-urlencoded",
                url::form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(
                        fields
                            .iter()
                            .filter_map(|(name, value)| Some((*name, value.as_str()?))),
                    )
                    .finish()
                    .into_bytes(),
            ),
            false => ("application/json", json!(fields).to_string().into_bytes()),
        };
        let request = Request {
            method: "POST".to_owned(),
            path: token_path(client.kind, client.label),
            headers: BTreeMap::from([("content-type".to_owned(), kind.to_owned())]),
            body,
            ..Request::default()
        };
        read(self.step(now, &request))
    }

    fn step(&mut self, now: Timestamp, request: &Request) -> Reply {
        self.provider.with(|platform| platform.step(now, request))
    }

    /// Makes `n` equal calls; how many went how.
    pub(crate) fn call(
        &mut self,
        now: Timestamp,
        n: u64,
        sent: &Sent<'_>,
        token: &str,
    ) -> BTreeMap<Went, u64> {
        let parts = if self.shared { n.min(PARTS_MAX) } else { 1 };
        let mut all: BTreeMap<Went, u64> = BTreeMap::new();
        for part in 0..parts {
            let n = n / parts + u64::from(part < n % parts);
            let request = Request {
                method: sent.method.to_owned(),
                path: sent.path.to_owned(),
                headers: BTreeMap::from([
                    ("authorization".to_owned(), format!("Bearer {token}")),
                    ("content-type".to_owned(), "application/json".to_owned()),
                ]),
                body: sent
                    .body
                    .map_or_else(Vec::new, |body| body.to_string().into_bytes()),
                n,
                ..Request::default()
            };
            let mut went = match self.step(now, &request) {
                Reply::Drop => Went::with(None, Some("connection_reset")),
                Reply::Answer(answer) => {
                    Went::with(Some(answer.status), error_code(&answer).as_deref())
                }
            };
            went.elsewhere = self
                .provider
                .with(|platform| platform.told_elsewhere(now, token));
            *all.entry(went).or_default() += n;
        }
        all
    }
}

fn token_path(kind: CredentialKind, label: &str) -> String {
    match kind {
        CredentialKind::LegacyV1 => "/v1/requestToken".to_owned(),
        CredentialKind::CrmOauth => "/services/oauth2/token".to_owned(),
        CredentialKind::ExtOauth => format!("/ext/{label}/oauth2/token"),
        _ => "/v2/token".to_owned(),
    }
}

fn fields(client: &Client<'_>) -> BTreeMap<&'static str, Value> {
    if client.kind == CredentialKind::LegacyV1 {
        return BTreeMap::from([
            ("clientId", json!(client.client_id)),
            ("clientSecret", json!(client.secret)),
        ]);
    }
    let mut fields = BTreeMap::from([
        ("client_id", json!(client.client_id)),
        ("client_secret", json!(client.secret)),
    ]);
    match client.refresh_token {
        Some(token) => {
            fields.insert("grant_type", json!("refresh_token"));
            fields.insert("refresh_token", json!(token));
        }
        None => {
            fields.insert("grant_type", json!("client_credentials"));
        }
    }
    if let Some(mid) = client.mid {
        fields.insert("account_id", json!(mid));
    }
    fields
}

/// Reads an answer as the product's own client does, and takes the tokens beside it.
fn read(reply: Reply) -> Brought {
    let Reply::Answer(answer) = reply else {
        return Brought {
            result: MintResult::NoAnswer {
                phase: Phase::BeforeSend,
                cause: NetCause::Connect,
            },
            latency_ms: 5_000,
            access_token: None,
            refresh_token: None,
        };
    };
    let header = answer
        .headers
        .iter()
        .find(|(name, _)| *name == "retry-after");
    let body = match &answer.body {
        Body::Json(value) => value.to_string(),
        Body::Text(text) | Body::Xml(text) => text.clone(),
    };
    let read = countersign_oauth::answer::read(
        answer.status,
        header.map(|(_, value)| value.as_str()),
        body.as_bytes(),
    );
    let text = |names: [&str; 2]| {
        let Body::Json(body) = &answer.body else {
            return None;
        };
        let found = names.iter().find_map(|name| body.get(*name)?.as_str());
        found.map(str::to_owned)
    };
    let issued = matches!(read.result, MintResult::Issued { .. });
    Brought {
        latency_ms: answer.latency_ms,
        access_token: text(["access_token", "accessToken"]).filter(|_| issued),
        refresh_token: text(["refresh_token", "refreshToken"]),
        result: read.result,
    }
}

/// The code in an answer that is no success: SFMC's `errorcode`, OAuth's `error`, or core's.
fn error_code(answer: &Answer) -> Option<String> {
    let Body::Json(body) = &answer.body else {
        return None;
    };
    if answer.status < 400 {
        return None;
    }
    let of_core = body.get(0).and_then(|first| first.get("errorCode"));
    match (body.get("errorcode"), body.get("error"), of_core) {
        (Some(Value::Number(code)), ..) => Some(code.to_string()),
        (_, Some(Value::String(code)), _) | (_, _, Some(Value::String(code))) => Some(code.clone()),
        _ => None,
    }
}
