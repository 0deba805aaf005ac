//! The shapes of the API, and what it says to what it cannot use.

use super::house::{House, plain, with_token};
use crate::view::sample;
use axum::body::Body;
use axum::http::{HeaderName, Request, StatusCode};
use countersign_model::finding::{Finding, FindingKind, Severity};
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::rollup::{Rollup, Tally};
use countersign_model::status::IntegrationStatus;
use countersign_store::PipelineCommit;
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

#[tokio::test]
async fn an_incident_is_told_whole_with_what_it_affects() {
    let house = House::on_the_quiet_sunday().await;
    insta::assert_json_snapshot!(house.json("/api/v1/incidents/inc_01points").await);
}

#[tokio::test]
async fn the_list_holds_open_incidents_and_with_all_every_one() {
    let closed = Incident {
        id: "inc_00old".parse().unwrap(),
        state: IncidentState::Dismissed,
        opened_at: None,
        ..sample::points()
    };
    let house = House::with(sample::statuses(), vec![sample::points(), closed]).await;
    let ids = |list: serde_json::Value| -> Vec<String> {
        let items = list["incidents"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(house.json("/api/v1/incidents").await), ["inc_01points"]);
    let all = house.json("/api/v1/incidents?all=true").await;
    assert_eq!(ids(all), ["inc_01points", "inc_00old"]);
    let first = &house.json("/api/v1/incidents").await["incidents"][0];
    assert_eq!(first["root_cause"], "credential:INT-029");
    assert_eq!(first["class"], "auth_rejected");
    assert_eq!(first["opened_at"], "2026-11-22T12:51:29Z");
    for id in ["INT-029", "DE-16", "DE-17", "J-11", "J-12", "C-2"] {
        assert!(
            first["affects"].as_array().unwrap().contains(&json!(id)),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_business_unit_is_told_with_its_integrations_and_the_next_command() {
    let house = House::on_the_quiet_sunday().await;
    insta::assert_json_snapshot!(house.json("/api/v1/status?bu=LOY").await);
    let all = house.json("/api/v1/status").await;
    assert_eq!(all["business_units"].as_array().unwrap().len(), 8);
    let elsewhere = house.json("/api/v1/status?bu=REU").await;
    assert_eq!(elsewhere["business_units"][0]["health"], "healthy");
    assert_eq!(elsewhere["next"], "countersign incidents --all");
}

#[tokio::test]
async fn one_integration_is_told_with_how_it_kept_its_promise() {
    let house = House::on_the_quiet_sunday().await;
    let ended = Incident {
        id: "inc_00old".parse().unwrap(),
        state: IncidentState::Resolved,
        started_at: sample::at("10:00:00"),
        opened_at: Some(sample::at("10:02:00")),
        resolved_at: Some(sample::at("10:30:00")),
        ..sample::points()
    };
    let judged = IntegrationStatus {
        since: Some(sample::at("02:00:00")),
        ..sample::all_healthy().remove(28)
    };
    assert_eq!(judged.integration.as_str(), "INT-029");
    house
        .commit(PipelineCommit {
            incidents: vec![ended],
            statuses: vec![judged],
            ..PipelineCommit::default()
        })
        .await;
    let told = house.json("/api/v1/integrations/INT-029").await;
    assert_eq!(told["name"], "Points balance load");
    assert_eq!((&told["bu"], &told["tier"]), (&json!("LOY"), &json!("T1")));
    assert_eq!(told["token_left_s"], 239);
    let coverage = "refresh seen, calls seen, downstream not seen";
    assert_eq!(told["coverage"], coverage);
    assert_eq!(told["confidence"]["figure"], 99);
    assert_eq!(told["time_to_know"]["words"], "3 min");
    assert_eq!(
        told["time_to_know"]["next_step"]["words"],
        "report its calls: 2 min instead of 3 min"
    );
    assert_eq!(told["objective"], 0.999);
    let month = &told["uptime"][0];
    assert_eq!(month["month"], "2026-11");
    assert_eq!(month["watched_s"], 10 * 3_600 + 52 * 60);
    assert_eq!(month["unknown_s"], 0);
    assert_eq!(month["down_s"], 1_800 + 61);
    assert_eq!(month["is_met"], false);
    assert_eq!(told["incidents"], json!(["inc_01points", "inc_00old"]));
}

#[tokio::test]
async fn objectives_are_told_by_tier_and_integration_and_over_30_and_90_days() {
    let house = House::on_the_quiet_sunday().await;
    let told = house.json("/api/v1/objectives").await;
    assert_eq!(told["integrations"].as_array().unwrap().len(), 48);
    assert_eq!(told["integrations"][0]["months"], json!([]), "never judged");
    let days = |n: usize| told["responses"][n]["days"].clone();
    assert_eq!((days(0), days(1)), (json!(30), json!(90)));
    let estate = &told["responses"][0]["figures"][0];
    assert_eq!(estate["tier"], json!(null));
    assert_eq!(estate["to_detect"]["mean_s"], 30);
    assert_eq!(estate["to_detect"]["target_s"], 900);
    assert_eq!(estate["to_recover"]["n"], 0);
    assert_eq!(estate["to_recover"]["mean_s"], json!(null));
    assert_eq!(told["responses"][0]["figures"][1]["tier"], "T1");
    let empty = House::empty().await.json("/api/v1/objectives").await;
    assert_eq!(
        (&empty["tiers"], &empty["integrations"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn what_is_unknown_is_a_404_with_its_own_code() {
    let house = House::on_the_quiet_sunday().await;
    for (path, code) in [
        ("/api/v1/incidents/inc_none", "unknown_incident"),
        ("/api/v1/incidents/%3Cscript%3E", "unknown_incident"),
        ("/api/v1/status?bu=loy", "unknown_business_unit"),
        ("/api/v1/integrations/INT-999", "unknown_object"),
        ("/api/v1/integrations/%3Cscript%3E", "unknown_object"),
        ("/api/v1/integrations/INT-999/history", "unknown_object"),
        ("/api/v1/nothing", "unknown_route"),
        ("/api/nothing", "unknown_route"),
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.code(), code);
    }
    assert_eq!(
        House::empty().await.get("/api/v1/estate").await.code(),
        "no_estate"
    );
}

#[tokio::test]
async fn a_wrong_method_or_query_says_what_is_wrong() {
    let house = House::on_the_quiet_sunday().await;
    let answer = house
        .send(with_token("DELETE", "/api/v1/estate", "", Body::empty()))
        .await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.code(), "method_not_allowed");
    assert!(
        answer.header("allow").contains("PUT"),
        "{:?}",
        answer.headers
    );
    let answer = house.get("/api/v1/incidents?all=maybe").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), "malformed_query");
    assert!(answer.body.contains("all"), "{}", answer.body);
}

async fn put(house: &House, kind: &str, body: impl Into<Body>) -> super::house::Answer {
    house
        .send(with_token("PUT", "/api/v1/estate", kind, body.into()))
        .await
}

#[tokio::test]
async fn an_estate_goes_in_and_comes_out_the_same_and_tells_what_changed() {
    let house = House::empty().await;
    let estate = sample::estate();
    let json = serde_json::to_string(&estate).unwrap();
    let first = put(&house, "application/json", json.clone()).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let answer: serde_json::Value = serde_json::from_str(&first.body).unwrap();
    let added = answer["plan"]["sections"]["integration"]["added"]
        .as_array()
        .unwrap();
    assert_eq!(added.len(), 48);
    assert_eq!(
        house.json("/api/v1/estate").await,
        serde_json::to_value(&estate).unwrap()
    );
    let unnamed = put(&house, "application/json", json.clone()).await;
    assert_eq!(unnamed.status, StatusCode::PRECONDITION_REQUIRED);
    assert_eq!(unnamed.code(), "precondition_required");
    assert!(unnamed.body.contains("If-Match"), "{}", unnamed.body);
    let kind = "application/json; charset=utf-8";
    let mut again = with_token("PUT", "/api/v1/estate", kind, json.into());
    let tag = first.header("etag").parse().expect("a header");
    again.headers_mut().insert("if-match", tag);
    let again = house.send(again).await;
    let answer: serde_json::Value = serde_json::from_str(&again.body).unwrap();
    assert_eq!(answer["plan"]["sections"], json!({}));
}

#[tokio::test]
async fn of_two_changes_made_from_one_estate_the_second_is_refused() {
    let house = House::empty().await;
    let change = async |name: &str, header: &str, tag: &str| {
        let body = format!("version: 1\nname: {name}\n");
        let mut request = with_token("PUT", "/api/v1/estate", "application/yaml", body.into());
        let tag = tag.parse().expect("a header");
        request
            .headers_mut()
            .insert(header.parse::<HeaderName>().expect("a name"), tag);
        house.send(request).await
    };
    assert_eq!(
        change("first", "if-match", "*").await.code(),
        "estate_changed"
    );
    assert_eq!(change("first", "if-none-match", "*").await.status, 200);
    assert_eq!(change("again", "if-none-match", "*").await.status, 412);
    let read = house.get("/api/v1/estate").await.header("etag").to_owned();
    let one = change("one", "if-match", &read).await;
    assert_eq!(one.status, StatusCode::OK, "{}", one.body);
    let other = change("other", "if-match", &read).await;
    assert_eq!(other.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(other.code(), "estate_changed");
    let now = house.get("/api/v1/estate").await;
    assert!(
        now.body.contains("\"one\"") && now.header("etag") != read,
        "{}",
        now.body
    );
    assert_eq!(now.header("etag"), one.header("etag"));
    assert_eq!(
        change("other", "if-match", now.header("etag")).await.status,
        200
    );
}

#[tokio::test]
async fn an_estate_may_be_yaml() {
    let house = House::empty().await;
    let answer = put(&house, "application/yaml", "version: 1\nname: small\n").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(house.json("/api/v1/estate").await["name"], "small");
}

#[tokio::test]
async fn a_bad_estate_changes_nothing_and_names_every_fault() {
    let house = House::on_the_quiet_sunday().await;
    let before = house.json("/api/v1/estate").await;
    let unknown = r#"{"version":1,"nam":"CANARY","tenants":7}"#;
    let answer = put(&house, "application/json", unknown).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.code(), "estate_invalid");
    let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert!(
        problem["faults"].as_array().unwrap().len() >= 2,
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("CANARY"), "{}", answer.body);
    let mut twice = sample::estate();
    twice.integrations[0].credential = "INT-none".parse().unwrap();
    let answer = put(
        &house,
        "application/json",
        serde_json::to_string(&twice).unwrap(),
    )
    .await;
    assert_eq!(answer.code(), "estate_invalid");
    assert!(answer.body.contains("INT-none"), "{}", answer.body);
    assert_eq!(house.json("/api/v1/estate").await, before);
}

#[tokio::test]
async fn unusable_bodies_get_the_status_that_says_why() {
    let house = House::empty().await;
    let huge = "x".repeat(8 * 1024 * 1024 + 1);
    for (kind, body, status, code) in [
        ("application/json", Body::from("{"), 422, "estate_invalid"),
        ("application/json", Body::from("[]"), 422, "estate_invalid"),
        ("application/json", Body::empty(), 422, "estate_invalid"),
        (
            "application/json",
            Body::from("[".repeat(100_000)),
            422,
            "estate_invalid",
        ),
        (
            "application/json",
            Body::from(vec![0xff, 0xfe]),
            400,
            "malformed_body",
        ),
        ("application/json", Body::from(huge), 413, "body_too_large"),
        ("application/xml", Body::from("<a/>"), 415, "media_type"),
        ("", Body::from("version: 1"), 415, "media_type"),
    ] {
        let answer = put(&house, kind, body).await;
        assert_eq!(answer.status.as_u16(), status, "{kind}: {}", answer.body);
        assert_eq!(answer.code(), code);
    }
}

#[tokio::test]
async fn a_refused_estate_is_a_conflict_with_the_reason() {
    let house = House::empty().await;
    let answer = put(&house, "application/yaml", "version: 1\nname: refuse me\n").await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::CONFLICT, "estate_refused")
    );
    assert!(answer.body.contains("The broker still vends INT-029."));
}

async fn post(house: &House, kind: &str, body: impl Into<Body>) -> super::house::Answer {
    house
        .send(with_token("POST", "/api/v1/outcomes", kind, body.into()))
        .await
}

#[tokio::test]
async fn bad_outcome_lines_are_named_and_stop_nothing() {
    let house = House::empty().await;
    let lines = "{\"kind\":\"ping\",\"state\":\"ok\",\"colour\":\"red\"}\nnot json\n\
                 {\"kind\":\"call\",\"status\":\"many\"}\n\n{\"kind\":\"ping\",\"state\":\"ok\"}\n";
    let answer = post(&house, "application/x-ndjson", lines).await;
    assert_eq!(answer.status, StatusCode::OK);
    let report: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    insta::assert_json_snapshot!(report);
}

#[tokio::test]
async fn unusable_batches_get_the_status_that_says_why() {
    let house = House::empty().await;
    let huge = "\n".repeat(8 * 1024 * 1024 + 1);
    let answer = post(&house, "", huge).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "body_too_large")
    );
    let answer = post(&house, "multipart/form-data; boundary=x", "x").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (415, "media_type")
    );
    let answer = post(&house, "", "busy").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (503, "unavailable")
    );
    assert_eq!(answer.header("retry-after"), "5");
    let answer = post(&house, "", vec![0xff, b'\n', 0x00]).await;
    assert_eq!(
        answer.status,
        StatusCode::OK,
        "bytes that are no text are bad lines"
    );
    assert!(answer.body.contains("\"rejected\":2"), "{}", answer.body);
}

#[tokio::test]
async fn the_stream_resumes_by_the_last_id_and_ends_when_the_house_closes() {
    let house = House::empty().await;
    let seen = house.app.live.latest();
    house.app.live.incident(&sample::points());
    house.app.live.status(&sample::statuses()[0]);
    let request = Request::get("/api/v1/stream")
        .header("authorization", format!("Bearer {}", super::house::TOKEN))
        .header("last-event-id", seen);
    let request = request.body(Body::empty()).unwrap();
    let response = crate::router(house.app.clone())
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    while !text.contains("event: status") {
        let frame = body.frame().await.expect("more to come").unwrap();
        text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert!(text.contains("event: incident"), "{text}");
    assert!(text.contains("id: 0000000000000001-1"), "{text}");
    assert!(text.contains("\"affects\":[\"INT-029\""), "{text}");
    house.app.live.close();
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn a_new_estate_tells_open_pages_to_read_anew() {
    let house = House::empty().await;
    let mut listener = house.app.live.listen(None).unwrap();
    put(&house, "application/yaml", "version: 1\n").await;
    assert_eq!(listener.next().await.unwrap().1.kind, "reset");
}

#[tokio::test]
async fn strangers_get_no_stream_and_no_outcome_in() {
    let house = House::empty().await;
    for (method, path) in [("GET", "/api/v1/stream"), ("POST", "/api/v1/outcomes")] {
        assert_eq!(
            house.send(plain(method, path)).await.code(),
            "not_signed_in"
        );
    }
}

#[tokio::test]
async fn findings_are_listed_gravest_first_and_closed_ones_on_request() {
    let house = House::with(sample::all_healthy(), Vec::new()).await;
    assert_eq!(
        house.json("/api/v1/findings").await,
        json!({"findings": []})
    );
    let open = sample::weakness(FindingKind::SecondUser, Severity::Warning);
    let graver = sample::weakness(FindingKind::WrongBu, Severity::Urgent);
    let closed = Finding {
        closed_at: Some(sample::at("12:52:00")),
        ..sample::weakness(FindingKind::Ending, Severity::Critical)
    };
    house
        .commit(PipelineCommit {
            findings: vec![open, closed, graver],
            ..PipelineCommit::default()
        })
        .await;
    let kinds = |list: &serde_json::Value| -> Vec<String> {
        let all = list["findings"].as_array().expect("a list");
        let kind = |one: &serde_json::Value| one["kind"].as_str().expect("text").to_owned();
        all.iter().map(kind).collect()
    };
    let list = house.json("/api/v1/findings").await;
    assert_eq!(kinds(&list), ["wrong_bu", "second_user"]);
    assert_eq!(list["findings"][0]["id"], "wrong_bu:credential:INT-029");
    assert_eq!(list["findings"][0]["subject"], "credential:INT-029");
    assert_eq!(list["findings"][0]["severity"], "urgent");
    let all = house.json("/api/v1/findings?all=true").await;
    assert_eq!(kinds(&all), ["wrong_bu", "second_user", "ending"]);
    let answer = house.get("/api/v1/findings?all=perhaps").await;
    assert_eq!(answer.code(), "malformed_query");
}

#[tokio::test]
async fn the_history_of_an_integration_tells_minutes_and_hours_with_their_failures() {
    let house = House::on_the_quiet_sunday().await;
    let mut tally = Tally {
        calls: 5,
        failures: [("scope".to_owned(), 2)].into(),
        ..Tally::default()
    };
    tally.latency.add(15, 5);
    let rollup = Rollup {
        at: sample::at("12:41:00"),
        integration: "INT-029".parse().unwrap(),
        family: "hub".to_owned(),
        tally,
    };
    house
        .commit(PipelineCommit {
            rollups: vec![rollup],
            ..PipelineCommit::default()
        })
        .await;
    let base =
        "/api/v1/integrations/INT-029/history?from=2026-11-22T12:00:00Z&to=2026-11-22T13:00:00Z";
    for (grain, at) in [
        ("minute", "2026-11-22T12:41:00Z"),
        ("hour", "2026-11-22T12:00:00Z"),
    ] {
        let told = house.json(&format!("{base}&grain={grain}")).await;
        let row = &told["rows"][0];
        assert_eq!(row["at"], at, "{told}");
        assert_eq!(
            (&row["calls"], &row["failures"]),
            (&json!(5), &json!({"scope": 2}))
        );
        assert_eq!(row["latency"][1], 5);
        assert_eq!(told["latency_ms"][1], 20);
    }
    let wrong = house
        .get("/api/v1/integrations/INT-029/history?grain=week")
        .await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (StatusCode::BAD_REQUEST, "malformed_query".to_owned())
    );
}
