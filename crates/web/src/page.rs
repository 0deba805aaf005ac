//! The pages: read the store, make the view, render.

#[expect(unreachable_pub, reason = "askama makes the parts of a filter public")]
mod filters;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod today;

use crate::app::App;
use crate::assets;
use crate::problem::{Code, Problem};
use crate::view::place::page_clock;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use countersign_model::Timestamp;
use countersign_store::StoreError;

/// What stands around every page.
pub(crate) struct Shell {
    assets: &'static str,
    here: &'static str,
    signed_in: bool,
    now_iso: String,
    clock: String,
    speed: f64,
    fast: bool,
    live_after: String,
}

impl Shell {
    /// The frame of a page in section `here` at `now`. Taken before the store is read, so that the
    /// page's stream misses nothing that happens in between.
    pub(crate) fn new(app: &App, here: &'static str, now: Timestamp) -> Shell {
        Shell {
            assets: assets::version(),
            here,
            signed_in: true,
            now_iso: now.to_string(),
            clock: page_clock(now),
            speed: app.clock.speed(),
            fast: !app.clock.is_system(),
            live_after: app.live.latest(),
        }
    }
}

/// A problem shown to a person.
pub(crate) struct PageProblem(pub(crate) Problem);

impl From<Problem> for PageProblem {
    fn from(problem: Problem) -> PageProblem {
        PageProblem(problem)
    }
}

impl From<StoreError> for PageProblem {
    fn from(error: StoreError) -> PageProblem {
        PageProblem(error.into())
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    assets: &'static str,
    problem: ProblemWords<'a>,
}

struct ProblemWords<'a> {
    title: &'static str,
    detail: &'a str,
    fix: &'static str,
    code: &'static str,
}

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        let code = self.0.code();
        let problem = ProblemWords {
            title: code.title(),
            detail: self.0.detail(),
            fix: code.fix(),
            code: code.as_str(),
        };
        html(
            code.status(),
            &ProblemPage {
                assets: assets::version(),
                problem,
            },
        )
        .unwrap_or_else(|PageProblem(problem)| problem.into_response())
    }
}

/// Renders a page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Result<Response, PageProblem> {
    let body = page
        .render()
        .map_err(|error| PageProblem(Problem::internal(&error)))?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(header::CONTENT_TYPE, kind)], body).into_response())
}

/// Answers every path that is no route: in JSON under `/api`, else with a page.
pub(crate) async fn fallback(uri: Uri) -> Response {
    let problem = Problem::new(Code::UnknownRoute, "There is nothing at this address.");
    if uri.path().starts_with("/api/") {
        problem.into_response()
    } else {
        PageProblem(problem).into_response()
    }
}
