//! One platform with two tenants, and short ways to ask it.

use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::platform::Platform;
use countersign_sfmc::request::{Answer, Body, Reply, Request};
use countersign_sfmc::setup::{
    AppSetup, AssetKind, AssetSetup, ConnectedAppSetup, OutsideSetup, PackageKind, PackageSetup,
    Setup, TenantSetup, UnitSetup,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The first secret of package `P`.
pub(crate) const SECRET: &str = "CANARY-P-1";
/// The refresh token that web app `W` is set up with.
pub(crate) const REFRESH: &str = "CANARY-refresh-W-1";
/// Where answers for `W` may go.
pub(crate) const RETURN: &str = "https://app.test/return?from=here";
/// A route that any live token may ask.
pub(crate) const CONTEXT: &str = "/platform/v1/tokenContext";

/// So many seconds after the start.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn asset(id: &str, kind: AssetKind, mid: u64, count: u64) -> AssetSetup {
    let (key, name) = (format!("{id}-key"), format!("name of {id}"));
    AssetSetup {
        id: id.to_owned(),
        key,
        name,
        kind,
        mid,
        count,
        per_day: 86_400,
    }
}

fn package(label: &str, home: u64, mids: &[u64], scopes: &[&str]) -> PackageSetup {
    PackageSetup {
        label: label.to_owned(),
        client_id: format!("client-{label}"),
        secret: format!("CANARY-{label}-1"),
        secret_made_at: None,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        mids: mids.to_vec(),
        home,
        kind: PackageKind::Server,
    }
}

/// Scopes of package `P`.
pub(crate) const SCOPES: [&str; 7] = [
    "data_extensions_read",
    "data_extensions_write",
    "journeys_read",
    "journeys_execute",
    "automations_read",
    "email_read",
    "email_send",
];

/// Scopes of package `V`, which looks around.
pub(crate) const VIEWS: [&str; 9] = [
    "automations_read",
    "campaign_read",
    "data_extensions_read",
    "data_extensions_write",
    "email_read",
    "push_read",
    "saved_content_read",
    "sms_read",
    "users_read",
];

/// Scopes of package `S`, which may do all that SOAP offers.
pub(crate) const SOAP_SCOPES: [&str; 15] = [
    "accounts_read",
    "automations_execute",
    "automations_read",
    "automations_write",
    "data_extensions_read",
    "data_extensions_write",
    "documents_and_images_read",
    "documents_and_images_write",
    "email_read",
    "email_send",
    "email_write",
    "list_and_subscribers_read",
    "list_and_subscribers_write",
    "tracking_events_read",
    "users_read",
];

/// Tenant `one` with parent 10 and child 11, tenant `two` with unit 20. Package `P` works in 10 and
/// 11, `Q` in 11, `R` in 20, `S` and `V` where `P` does. `W` is a web app, `U` a public one, `L` was
/// made before 2019.
pub(crate) struct House {
    pub(crate) platform: Platform,
}

impl House {
    pub(crate) fn new() -> House {
        let unit = |id: &str, mid, tenant: &str| UnitSetup {
            id: id.to_owned(),
            mid,
            tenant: tenant.to_owned(),
        };
        let tenant = |id: &str, enterprise| TenantSetup {
            id: id.to_owned(),
            enterprise,
        };
        let setup = Setup {
            base_url: "http://platform.test".to_owned(),
            tenants: vec![tenant("one", 10), tenant("two", 20)],
            units: vec![
                unit("TOP", 10, "one"),
                unit("SUB", 11, "one"),
                unit("FAR", 20, "two"),
            ],
            packages: vec![
                package("P", 11, &[10, 11], &SCOPES),
                package("Q", 11, &[11], &["journeys_read"]),
                package("V", 11, &[10, 11], &VIEWS),
                package("R", 20, &[20], &["email_read"]),
                package("S", 10, &[10, 11], &SOAP_SCOPES),
                PackageSetup {
                    kind: PackageKind::Web(AppSetup {
                        redirect_uris: vec![RETURN.to_owned()],
                        refresh_token: Some(REFRESH.to_owned()),
                    }),
                    ..package("W", 11, &[10, 11], &["email_read", "offline"])
                },
                PackageSetup {
                    kind: PackageKind::Public(AppSetup::default()),
                    ..package("U", 11, &[11], &["email_read"])
                },
                PackageSetup {
                    kind: PackageKind::Legacy,
                    ..package("L", 11, &[11], &["data_extensions_read"])
                },
            ],
            connected_apps: vec![ConnectedAppSetup {
                label: "CRM".to_owned(),
                client_id: "client-CRM".to_owned(),
                secret: "CANARY-CRM-1".to_owned(),
                scopes: vec!["api".to_owned(), "refresh_token".to_owned()],
                username: "crm@example.com".to_owned(),
                password: "CANARY-pass&word".to_owned(),
                refresh_token: Some("CANARY-refresh-CRM-1".to_owned()),
                mid: Some(11),
            }],
            outside: vec![OutsideSetup {
                label: "OUT".to_owned(),
                client_id: "outside".to_owned(),
                secret: "CANARY-OUT-1".to_owned(),
                mid: 11,
            }],
            assets: vec![
                asset("DE", AssetKind::Table, 11, 3),
                asset("EMPTY", AssetKind::Table, 11, 0),
                asset("SHARED", AssetKind::Table, 10, 9),
                asset("J", AssetKind::Journey, 11, 5),
                asset("J2", AssetKind::Journey, 11, 0),
                asset("TS", AssetKind::Send, 11, 0),
                asset("TS2", AssetKind::Send, 11, 0),
                asset("AUT", AssetKind::Automation, 11, 0),
                asset("AUT2", AssetKind::Automation, 11, 0),
                asset("CAMP", AssetKind::Campaign, 11, 0),
            ],
            integrations: BTreeMap::from([("FLOW".to_owned(), "P".to_owned())]),
        };
        House {
            platform: Platform::new(setup, at(0), 7),
        }
    }

    pub(crate) fn reply(&mut self, second: i64, request: &Request) -> Reply {
        self.platform.step(at(second), request)
    }

    pub(crate) fn answer(&mut self, second: i64, request: &Request) -> Answer {
        match self.reply(second, request) {
            Reply::Answer(answer) => answer,
            Reply::Drop => panic!("no answer"),
        }
    }

    /// A token request of `P` with changed fields; `null` takes one away.
    pub(crate) fn mint(&mut self, second: i64, changes: Value) -> (u16, Value) {
        let answer = self.answer(second, &mint_request(&changes));
        (answer.status, body(&answer))
    }

    /// A token of a package.
    pub(crate) fn token_of(&mut self, second: i64, label: &str) -> String {
        let fields = json!({ "client_id": format!("client-{label}"),
            "client_secret": format!("CANARY-{label}-1") });
        let (status, body) = self.mint(second, fields);
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    /// A token of `P`.
    pub(crate) fn token(&mut self, second: i64) -> String {
        self.token_of(second, "P")
    }

    pub(crate) fn call(
        &mut self,
        second: i64,
        token: &str,
        method: &str,
        path: &str,
        sent: &Value,
    ) -> (u16, Value) {
        let answer = self.answer(second, &call_request(token, method, path, sent));
        (answer.status, body(&answer))
    }

    pub(crate) fn get(&mut self, second: i64, token: &str, path: &str) -> (u16, Value) {
        self.call(second, token, "GET", path, &Value::Null)
    }

    /// Breaks something of package `P`.
    pub(crate) fn break_it(&mut self, second: i64, kind: &str) -> String {
        self.order(
            second,
            FaultOrder {
                credential: Some("P".to_owned()),
                ..order(kind)
            },
        )
    }

    pub(crate) fn order(&mut self, second: i64, order: FaultOrder) -> String {
        self.platform.inject(at(second), &order).expect("a fault")
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.platform.set_switch(name, value).expect("a switch");
    }
}

/// An order without a target.
pub(crate) fn order(kind: &str) -> FaultOrder {
    FaultOrder {
        kind: kind.to_owned(),
        ..FaultOrder::default()
    }
}

/// So many minutes.
pub(crate) fn minutes(n: i64) -> Option<SignedDuration> {
    Some(SignedDuration::from_mins(n))
}

pub(crate) fn mint_request(changes: &Value) -> Request {
    let mut fields = json!({ "grant_type": "client_credentials", "client_id": "client-P",
        "client_secret": SECRET });
    for (name, value) in changes.as_object().expect("an object") {
        fields[name] = value.clone();
    }
    Request {
        method: "POST".to_owned(),
        path: "/v2/token".to_owned(),
        headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
        body: fields.to_string().into_bytes(),
        ..Request::default()
    }
}

pub(crate) fn call_request(token: &str, method: &str, path: &str, sent: &Value) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: pairs
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        headers: BTreeMap::from([("authorization".to_owned(), format!("Bearer {token}"))]),
        body: if sent.is_null() {
            Vec::new()
        } else {
            sent.to_string().into_bytes()
        },
        ..Request::default()
    }
}

pub(crate) fn body(answer: &Answer) -> Value {
    match &answer.body {
        Body::Json(body) => body.clone(),
        Body::Text(text) | Body::Xml(text) => Value::String(text.clone()),
    }
}
