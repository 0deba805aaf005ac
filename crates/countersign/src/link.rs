//! How commands reach a server: the one that runs on the data folder, one elsewhere, or, where none
//! runs, the same routes in this process. One way to do a thing, whoever carries the request.

use crate::args::Args;
use crate::exit::Exit;
use crate::house;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use countersign_host::http;
use countersign_host::run_file::RunFile;
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

enum Road {
    /// Over HTTP, with a bearer.
    Http { base: String, token: String },
    /// Routes in this process, with a bearer.
    Here { router: Router, token: String },
    /// Not reachable, and why.
    Away(String),
}

/// An answer of a server.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its body, if it is JSON.
    pub(crate) body: Value,
}

impl Link {
    /// Finds the server, or opens the stores when none runs on the folder.
    pub(crate) async fn open(args: &Args) -> Result<Link, Exit> {
        let elsewhere = args.server.clone().zip(args.token.clone());
        if elsewhere.is_some() || RunFile::read(&args.data).is_some() {
            return Link::running(&args.data, elsewhere.as_ref());
        }
        let offline = house::offline(args).await?;
        let here = |router, token| Road::Here { router, token };
        Ok(Link {
            dashboard: here(offline.dashboard, offline.token.clone()),
            broker: match offline.broker {
                Ok(router) => here(router, offline.token),
                Err(why) => Road::Away(why),
            },
        })
    }

    /// Finds a server that runs: `elsewhere` (its URL and bearer), or the one of the folder `data`. Opens
    /// no store.
    pub(crate) fn running(data: &Path, elsewhere: Option<&(String, String)>) -> Result<Link, Exit> {
        if let Some((server, token)) = elsewhere {
            let base = server.trim_end_matches('/').to_owned();
            let road = || Road::Http {
                base: base.clone(),
                token: token.clone(),
            };
            return Ok(Link {
                dashboard: road(),
                broker: road(),
            });
        }
        let folder = data.display();
        let Some(run) = RunFile::read(data) else {
            let words = format!("no server runs on {folder}: countersign serve");
            return Err(Exit::away(words));
        };
        let road = |base: Option<String>, name: &str| match base {
            Some(base) => Road::Http {
                base,
                token: run.token.clone(),
            },
            None => Road::Away(format!("no {name} runs on {folder}")),
        };
        Ok(Link {
            dashboard: road(run.dashboard.clone(), "watch"),
            broker: road(run.broker.clone(), "broker"),
        })
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
        self.dashboard.ask(method, path, body).await
    }

    /// Asks the broker's API.
    pub(crate) async fn broker(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.broker.ask(method, path, body).await
    }

    /// Whether a broker can be reached at all.
    pub(crate) fn has_broker(&self) -> bool {
        !matches!(self.broker, Road::Away(_))
    }
}

impl Road {
    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, Exit> {
        match self {
            Road::Away(why) => Err(Exit::away(why.clone())),
            Road::Http { base, token } => over_http(base, token, method, path, body).await,
            Road::Here { router, token } => here(router, token, method, path, body).await,
        }
    }
}

async fn over_http(
    base: &str,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let client = http::client(REQUEST).build()?;
    let method = method.parse().map_err(|_| Exit::failed("no such method"))?;
    let mut request = client
        .request(method, format!("{base}{path}"))
        .bearer_auth(token);
    if let Some(body) = body {
        request = request.json(body);
    }
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_builder() => {
            return Err(Exit::input(format!(
                "{base} is not a URL a server could be at"
            )));
        }
        Err(error) if error.is_connect() => {
            return Err(Exit::away(format!(
                "nobody answers at {base}: is the server running?"
            )));
        }
        Err(error) => return Err(error.without_url().into()),
    };
    let status = response.status().as_u16();
    let body = response.json().await.unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

async fn here(
    router: &Router,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Answer, Exit> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let bytes = body
        .map(serde_json::to_vec)
        .transpose()?
        .unwrap_or_default();
    let request = request.body(Body::from(bytes))?;
    // A router's error type has no values.
    let Ok(response) = router.clone().oneshot(request).await;
    let status = response.status().as_u16();
    let body = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    let bytes = body
        .collect()
        .await
        .map_err(|error| Exit::failed(error.to_string()))?
        .to_bytes();
    Ok(Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    })
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
            Some("observed_credential" | "credential_locked" | "grant_quarantined")
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
