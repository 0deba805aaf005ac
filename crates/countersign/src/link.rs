//! How commands reach a server: the one that runs on the data folder, one elsewhere, or, where none
//! runs, the same routes in this process. One way to do a thing, whoever carries the request.

mod elsewhere;

use crate::args::Args;
use crate::exit::Exit;
use crate::house;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, header};
use countersign_host::http;
use countersign_host::run_file::RunFile;
pub(crate) use elsewhere::{Elsewhere, keep_private};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tower::ServiceExt;

/// Total time for one command's request.
const REQUEST: Duration = Duration::from_secs(30);
/// Largest answer read from routes in this process.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The two planes, as far as this command can reach them.
pub(crate) struct Link {
    dashboard: Road,
    broker: Road,
}

/// One of the two planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Watching and telling.
    Watch,
    /// Secrets and tokens.
    Broker,
}

enum Road {
    /// Over HTTP, with a bearer.
    Http { base: String, token: String },
    /// Routes in this process, with a bearer.
    Here { router: Router, token: String },
    /// Not reachable, and why.
    Away(Exit),
}

/// An answer of a server.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body, if it is JSON.
    pub(crate) body: Value,
    /// Its entity tag, if it has one.
    pub(crate) tag: Option<String>,
}

/// What must hold for a request to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Nothing.
    Nothing,
    /// What is there has this entity tag.
    Is(String),
    /// There is nothing.
    IsNotThere,
}

impl Condition {
    /// The header that says so.
    fn header(&self) -> Option<(HeaderName, &str)> {
        match self {
            Condition::Nothing => None,
            Condition::Is(tag) => Some((header::IF_MATCH, tag)),
            Condition::IsNotThere => Some((header::IF_NONE_MATCH, "*")),
        }
    }
}

impl Plane {
    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Plane::Watch => "watch",
            Plane::Broker => "broker",
        }
    }
}

impl Link {
    /// Finds the server, or opens the stores when none runs on the folder.
    pub(crate) async fn open(args: &Args) -> Result<Link, Exit> {
        if let Some(elsewhere) = Elsewhere::of(args)? {
            return Link::named(&elsewhere).await;
        }
        if RunFile::read(&args.data).is_some() {
            return Link::running(&args.data, None);
        }
        let offline = house::offline(args).await?;
        let here = |router: Result<Router, String>| match router {
            Ok(router) => Road::Here {
                router,
                token: offline.token.clone(),
            },
            Err(why) => Road::Away(Exit::away(why)),
        };
        Ok(Link {
            dashboard: here(offline.dashboard),
            broker: here(offline.broker),
        })
    }

    /// The planes that the command line names. `--server` may be either: the server says which.
    async fn named(elsewhere: &Elsewhere) -> Result<Link, Exit> {
        let mut link = Link::missing();
        if let Some((server, token)) = &elsewhere.server {
            match plane_at(server).await? {
                Plane::Watch => link.dashboard = Road::http(server, token),
                Plane::Broker => link.broker = Road::http(server, token),
            }
        }
        let Some((server, token)) = &elsewhere.broker else {
            return Ok(link);
        };
        if link.reaches(Plane::Broker) {
            return Err(Exit::input(
                "--server and --broker-server both name a broker: --server is the watch's",
            ));
        }
        match plane_at(server).await? {
            Plane::Broker => link.broker = Road::http(server, token),
            Plane::Watch => {
                return Err(Exit::input(format!(
                    "--broker-server: a watch answers at {server}, not a broker"
                )));
            }
        }
        Ok(link)
    }

    /// Finds a server that runs, for a command that needs the broker: the one named, where a lone
    /// `--server` is the broker's, or the one of the folder `data`. Opens no store and asks nobody.
    pub(crate) fn running(data: &Path, elsewhere: Option<&Elsewhere>) -> Result<Link, Exit> {
        if let Some(elsewhere) = elsewhere {
            let mut link = Link::missing();
            let (watch, broker) = match (&elsewhere.server, &elsewhere.broker) {
                (Some(watch), Some(broker)) => (Some(watch), Some(broker)),
                (one, other) => (None, one.as_ref().or(other.as_ref())),
            };
            if let Some((base, token)) = watch {
                link.dashboard = Road::http(base, token);
            }
            if let Some((base, token)) = broker {
                link.broker = Road::http(base, token);
            }
            return Ok(link);
        }
        let folder = data.display();
        let Some(run) = RunFile::read(data) else {
            let words = format!("no server runs on {folder}: countersign serve");
            return Err(Exit::away(words));
        };
        let road = |base: Option<String>, plane: Plane| match base {
            Some(base) => Road::http(&base, &run.token),
            None => Road::Away(Exit::away(format!(
                "no {name} runs on {folder}: run the command on the {name}'s folder, or name it with \
                 {flag} URL",
                name = plane.name(),
                flag = flag(plane),
            ))),
        };
        Ok(Link {
            dashboard: road(run.dashboard.clone(), Plane::Watch),
            broker: road(run.broker.clone(), Plane::Broker),
        })
    }

    /// Neither plane: no flag names one.
    fn missing() -> Link {
        let missing = |plane: Plane| {
            Road::Away(Exit::input(format!(
                "this needs the {}, and no flag names it: add {} URL (and its bearer)",
                plane.name(),
                flag(plane)
            )))
        };
        Link {
            dashboard: missing(Plane::Watch),
            broker: missing(Plane::Broker),
        }
    }

    /// The planes this command reaches; a sentence why, if it reaches none.
    pub(crate) fn planes(&self) -> Result<Vec<Plane>, Exit> {
        let all = [Plane::Broker, Plane::Watch].into_iter();
        let reached: Vec<Plane> = all.filter(|plane| self.reaches(*plane)).collect();
        match &self.dashboard {
            Road::Away(why) if reached.is_empty() => Err(why.clone()),
            _ => Ok(reached),
        }
    }

    /// Whether this command reaches a plane.
    pub(crate) fn reaches(&self, plane: Plane) -> bool {
        !matches!(self.road(plane), Road::Away(_))
    }

    fn road(&self, plane: Plane) -> &Road {
        match plane {
            Plane::Watch => &self.dashboard,
            Plane::Broker => &self.broker,
        }
    }

    /// Asks a plane's API.
    pub(crate) async fn ask(
        &self,
        plane: Plane,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask_if(plane, &Condition::Nothing, (method, path), body)
            .await
    }

    /// Asks a plane's API, under a condition.
    pub(crate) async fn ask_if(
        &self,
        plane: Plane,
        condition: &Condition,
        (method, path): (&str, &str),
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        let road = self.road(plane);
        road.ask(condition.header(), (method, path), body).await
    }

    /// Where programs reach the broker; none where none runs.
    pub(crate) fn broker_url(&self) -> Option<&str> {
        match &self.broker {
            Road::Http { base, .. } => Some(base),
            Road::Here { .. } | Road::Away(_) => None,
        }
    }

    /// Asks the dashboard's API.
    pub(crate) async fn dashboard(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask(Plane::Watch, method, path, body).await
    }

    /// Asks the broker's API.
    pub(crate) async fn broker(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask(Plane::Broker, method, path, body).await
    }
}

/// The flag that names a plane when the other one is named too.
fn flag(plane: Plane) -> &'static str {
    match plane {
        Plane::Watch => "--server",
        Plane::Broker => "--broker-server",
    }
}

/// Which plane answers at an address.
async fn plane_at(base: &str) -> Result<Plane, Exit> {
    let base = base.trim_end_matches('/');
    let request = http::client(REQUEST)
        .build()?
        .get(format!("{base}/healthz"));
    let response = sent(base, request).await?;
    let plane = response.headers().get("x-countersign-plane");
    match plane.and_then(|plane| plane.to_str().ok()) {
        Some("watch") => Ok(Plane::Watch),
        Some("broker") => Ok(Plane::Broker),
        _ => Err(Exit::input(format!(
            "{base} answers, and is neither a watch nor a broker of Countersign"
        ))),
    }
}

/// A text as one segment of a path or one value of a query.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.as_bytes()
        .iter()
        .map(|byte| match byte {
            byte if plain(byte) => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

impl Road {
    fn http(base: &str, token: &str) -> Road {
        Road::Http {
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    async fn ask(
        &self,
        condition: Option<(HeaderName, &str)>,
        asked: (&str, &str),
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        match self {
            Road::Away(why) => Err(why.clone()),
            Road::Http { base, token } => over_http((base, token), condition, asked, body).await,
            Road::Here { router, token } => here((router, token), condition, asked, body).await,
        }
    }
}

async fn over_http(
    (base, token): (&str, &str),
    condition: Option<(HeaderName, &str)>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let client = http::client(REQUEST).build()?;
    let method = method.parse().map_err(|_| Exit::failed("no such method"))?;
    let mut request = client
        .request(method, format!("{base}{path}"))
        .bearer_auth(token);
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = sent(base, request).await?;
    let status = response.status().as_u16();
    let tag = tag_of(response.headers());
    let body = response.json().await.unwrap_or(Value::Null);
    Ok(Answer { status, body, tag })
}

async fn sent(base: &str, request: http::RequestBuilder) -> Result<http::Response, Exit> {
    match request.send().await {
        Ok(response) => Ok(response),
        Err(error) if error.is_builder() => Err(Exit::input(format!(
            "{base} is not a URL a server could be at"
        ))),
        Err(error) if error.is_connect() => Err(Exit::away(format!(
            "nobody answers at {base}: is the server running?"
        ))),
        Err(error) => Err(error.without_url().into()),
    }
}

async fn here(
    (router, token): (&Router, &str),
    condition: Option<(HeaderName, &str)>,
    (method, path): (&str, &str),
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    let bytes = body
        .map(serde_json::to_vec)
        .transpose()?
        .unwrap_or_default();
    let request = request.body(Body::from(bytes))?;
    // A router's error type has no values.
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status().as_u16();
    let tag = tag_of(response.headers());
    let body = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    let bytes = body
        .collect()
        .await
        .map_err(|error| Exit::failed(error.to_string()))?
        .to_bytes();
    Ok(Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        tag,
    })
}

fn tag_of(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?;
    Some(tag.to_owned())
}

impl Answer {
    /// The body as what it should be; a problem becomes the right exit code and its words.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Exit> {
        let body = self.checked()?;
        serde_json::from_value(body)
            .map_err(|error| Exit::failed(format!("the server's answer cannot be read: {error}")))
    }

    /// The body, if the server did what was asked.
    pub(crate) fn checked(self) -> Result<Value, Exit> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let text = |name: &str| self.body.get(name).and_then(Value::as_str);
        let words = match (text("detail"), text("fix")) {
            (Some(detail), Some(fix)) => format!("{detail} {fix}"),
            (Some(detail), None) => detail.to_owned(),
            _ => format!("the server answered {}", self.status),
        };
        let refused = matches!(
            text("code"),
            Some(
                "observed_credential"
                    | "credential_locked"
                    | "grant_quarantined"
                    | "estate_changed"
            )
        ) || self.status == StatusCode::FORBIDDEN.as_u16();
        Err(match self.status {
            _ if refused => Exit::refused(words),
            401 => Exit::refused(words),
            503 => Exit::away(words),
            400..=499 => Exit::input(words),
            _ => Exit::failed(words),
        })
    }
}

#[cfg(test)]
mod tests;
