//! `POST` and `DELETE /api/v1/incidents/{id}/expected`, and `GET /api/v1/expectations`.

use crate::access::Caller;
use crate::api::body::{json, port_problem, read};
use crate::api::incidents::find;
use crate::api::response::team;
use crate::app::App;
use crate::problem::{Code, Problem};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use bytes::Bytes;
use countersign_incident::expect::{Said, expectation};
use countersign_model::Timestamp;
use countersign_model::expectation::{Expectation, ExpectedForm};
use countersign_model::response::Deed;
use serde::{Deserialize, Serialize};

/// What may be said of an incident that was to be expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// Why.
    pub(crate) reason: String,
    /// The team; default: how the caller was recognised.
    #[serde(default)]
    pub(crate) by: Option<String>,
    /// How often; default: once where there is an end, and weekly otherwise.
    #[serde(default)]
    pub(crate) form: Option<ExpectedForm>,
    /// Until when.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
}

/// Rules, newest first, at most 500.
#[derive(Debug, Serialize)]
pub(crate) struct ExpectationList {
    expectations: Vec<ExpectationItem>,
}

/// A rule as the API tells it.
#[derive(Debug, Serialize)]
pub(crate) struct ExpectationItem {
    #[serde(flatten)]
    rule: Expectation,
    /// When it holds, for people.
    when: String,
    /// Whether it may still hold.
    stands: bool,
}

impl ExpectationItem {
    fn of(rule: Expectation, now: Timestamp) -> ExpectationItem {
        ExpectationItem {
            when: rule.when(),
            stands: rule.over_at().is_none_or(|over| now < over),
            rule,
        }
    }
}

/// Says that an incident was to be expected: it ends, and the same pattern pages nobody while the rule
/// lasts. A different failure of the same thing does.
///
/// 202: it is durable, and in force a moment later.
pub(crate) async fn expected_post(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<ExpectationItem>), Problem> {
    let said: Expected = json(&read(body)?)?;
    let now = app.clock.now();
    let rule = expect(&app, &id, said, &caller).await?;
    Ok((StatusCode::ACCEPTED, Json(ExpectationItem::of(rule, now))))
}

/// Takes back what was said to be expected; what it held is told, if it goes on.
pub(crate) async fn expected_delete(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
) -> Result<StatusCode, Problem> {
    let incident = find(&app, &id).await?;
    let rules = app.store.expectations().await?;
    if !rules.iter().any(|rule| rule.incident == incident.id) {
        let why = "No rule was made of this incident; `countersign incident expected` lists all.";
        return Err(Problem::new(Code::UnknownObject, why));
    }
    let by = team(None, &caller)?;
    let noted = app.response.note(incident.id, Deed::ExpectedNoMore { by });
    let noted = noted.await;
    noted.map_err(|error| port_problem(error, Code::BadField))?;
    Ok(StatusCode::ACCEPTED)
}

/// Lists what was said to be expected and was not taken back.
pub(crate) async fn expectation_list(
    State(app): State<App>,
) -> Result<Json<ExpectationList>, Problem> {
    let now = app.clock.now();
    let rules = app.store.expectations().await?.into_iter();
    let expectations = rules.map(|rule| ExpectationItem::of(rule, now)).collect();
    Ok(Json(ExpectationList { expectations }))
}

/// Makes the rule and hands it to the watch.
pub(crate) async fn expect(
    app: &App,
    id: &str,
    said: Expected,
    caller: &Caller,
) -> Result<Expectation, Problem> {
    let incident = find(app, id).await?;
    let estate = app.store.estate_get().await?.unwrap_or_default();
    let said = Said {
        reason: said.reason.trim().to_owned(),
        by: team(said.by, caller)?,
        form: said.form,
        until: said.until,
    };
    let rule = expectation(&estate, &incident, said, app.clock.now())
        .map_err(|error| Problem::new(Code::BadField, error.to_string()))?;
    let deed = Deed::Expected(Box::new(rule.clone()));
    let noted = app.response.note(incident.id, deed).await;
    noted.map_err(|error| port_problem(error, Code::BadField))?;
    Ok(rule)
}
