//! Taking an incident on, marking steps, and its report.

use super::house::{Answer, House, plain, with_token};
use crate::view::sample;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use countersign_model::incident::{Incident, IncidentState};
use serde_json::json;

const INCIDENT: &str = "/api/v1/incidents/inc_01points";

async fn post(house: &House, path: &str, body: &str) -> Answer {
    let kind = if body.is_empty() {
        ""
    } else {
        "application/json"
    };
    let request = with_token("POST", path, kind, Body::from(body.to_owned()));
    house.send(request).await
}

#[tokio::test]
async fn an_incident_is_taken_on_once_and_says_who_found_it() {
    let house = House::on_the_quiet_sunday().await;
    let path = format!("{INCIDENT}/acknowledge");
    assert_eq!(house.json(INCIDENT).await["found_by"], "system");
    let answer = post(&house, &path, r#"{"found_by":"person","by":" Loyalty "}"#).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let again = post(&house, &path, "").await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.body);
    let incident = house.json(INCIDENT).await;
    assert_eq!(incident["found_by"], "person");
    assert_eq!(
        incident["response"]["acknowledged"]["at"],
        "2026-11-22T12:52:00Z"
    );
    assert_eq!(incident["response"]["acknowledged"]["by"], "Loyalty");
    let clocks = incident["clocks"].as_array().unwrap();
    let taken = clocks
        .iter()
        .find(|clock| clock["clock"] == "acknowledged")
        .unwrap();
    assert_eq!(taken["at"], "2026-11-22T12:52:00Z");
    let detected = clocks
        .iter()
        .find(|clock| clock["clock"] == "detected")
        .unwrap();
    assert_eq!(detected["standing"], "met");
    assert_eq!(detected["objective_min"], 5);
}

#[tokio::test]
async fn who_names_no_team_is_named_by_how_they_came_in() {
    let house = House::on_the_quiet_sunday().await;
    post(&house, &format!("{INCIDENT}/acknowledge"), "").await;
    let taken = house.json(INCIDENT).await["response"]["acknowledged"]["by"].clone();
    assert_eq!(taken, "Whoever holds the token of tests");

    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let form = Request::post("/incidents/inc_01points/acknowledge")
        .header("cookie", cookie)
        .header("origin", "http://127.0.0.1:8600")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = Body::from("by=Loyalty+Product+Engineering");
    let pressed = house.send(form.body(body).unwrap()).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.body);
    let taken = house.json(INCIDENT).await["response"]["acknowledged"]["by"].clone();
    assert_eq!(taken, "Loyalty Product Engineering");
    let page = house.page("/incidents/inc_01points").await;
    assert!(
        page.words()
            .contains("Taken on by: Loyalty Product Engineering.")
    );
}

#[tokio::test]
async fn only_steps_that_no_data_can_see_are_marked() {
    let house = House::on_the_quiet_sunday().await;
    let done = format!("{INCIDENT}/steps/hold/done");
    assert_eq!(post(&house, &done, "").await.status, StatusCode::ACCEPTED);
    let incident = house.json(INCIDENT).await;
    let steps = incident["response"]["steps"].as_array().unwrap();
    let hold = steps.iter().find(|step| step["name"] == "hold").unwrap();
    assert_eq!(hold["state"], "done");
    let mend = post(&house, &format!("{INCIDENT}/steps/mend-1/done"), "").await;
    assert_eq!(
        (mend.status, mend.code()),
        (StatusCode::BAD_REQUEST, "bad_field".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_be_taken_on_says_why() {
    let suspect = Incident {
        id: "inc_00suspect".parse().unwrap(),
        state: IncidentState::Suspect,
        opened_at: None,
        ..sample::points()
    };
    let ended = Incident {
        id: "inc_02ended".parse().unwrap(),
        state: IncidentState::Resolved,
        resolved_at: Some(sample::at("12:51:50")),
        ..sample::points()
    };
    let incidents = vec![sample::points(), suspect, ended];
    let house = House::with(sample::statuses(), incidents).await;
    let rows = [
        (
            "/api/v1/incidents/inc_unknown/acknowledge",
            "",
            "unknown_incident",
        ),
        (
            "/api/v1/incidents/inc_00suspect/acknowledge",
            "",
            "bad_field",
        ),
        (
            "/api/v1/incidents/inc_01points/acknowledge",
            "{",
            "bad_field",
        ),
        (
            "/api/v1/incidents/inc_01points/acknowledge",
            r#"{"found_by":"x"}"#,
            "bad_field",
        ),
        (
            "/api/v1/incidents/inc_01points/acknowledge",
            r#"{"who":"x"}"#,
            "bad_field",
        ),
        (
            "/api/v1/incidents/inc_01points/acknowledge",
            r#"{"by":"two\nlines"}"#,
            "bad_field",
        ),
        (
            "/api/v1/incidents/inc_02ended/acknowledge",
            "",
            "incident_closed",
        ),
    ];
    for (path, body, code) in rows {
        assert_eq!(post(&house, path, body).await.code(), code, "{path} {body}");
    }
}

#[tokio::test]
async fn the_page_s_buttons_work_from_our_page_only() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let press = |path: &'static str, origin: &'static str| {
        let request = Request::post(path).header("cookie", cookie.clone());
        let request = request.header("origin", origin);
        house.send(request.body(Body::empty()).unwrap())
    };
    let take_on = "/incidents/inc_01points/acknowledge";
    let foreign = press(take_on, "https://elsewhere.example").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(
        house.json(INCIDENT).await["response"]["acknowledged"],
        json!(null)
    );
    let stranger = house.send(plain("POST", take_on)).await;
    assert_eq!(stranger.header("location"), "/sign-in");

    for path in [take_on, "/incidents/inc_01points/steps/hold"] {
        let own = press(path, "http://127.0.0.1:8600").await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.body);
        assert_eq!(own.header("location"), "/incidents/inc_01points");
    }
    let incident = house.json(INCIDENT).await;
    assert_eq!(incident["response"]["acknowledged"]["found_by"], "system");
    assert_eq!(
        incident["response"]["ticked"]["hold"],
        "2026-11-22T12:52:00Z"
    );
    let page = house.page("/incidents/inc_01points").await;
    assert!(!page.body.contains("take-on"), "it is taken on");
}

#[tokio::test]
async fn the_report_comes_as_markdown_and_as_a_page() {
    let house = House::on_the_quiet_sunday().await;
    let markdown = house.get(&format!("{INCIDENT}/report.md")).await;
    assert_eq!(
        markdown.header("content-type"),
        "text/markdown; charset=utf-8"
    );
    assert!(
        markdown
            .body
            .starts_with("# Loyalty: points data stopped refreshing.\n"),
        "{}",
        markdown.body
    );
    let page = house.get(&format!("{INCIDENT}/report.html")).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let words = page.words();
    for part in [
        "Clocks against objectives",
        "What customers see",
        "Running it again",
    ] {
        assert!(
            markdown.body.contains(part) && words.contains(part),
            "{part}"
        );
    }
    assert_eq!(
        house.get("/api/v1/incidents/inc_x/report.md").await.code(),
        "unknown_incident"
    );
    let stranger = house
        .send(plain("GET", &format!("{INCIDENT}/report.md")))
        .await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_report_holds_names_of_the_estate_as_text() {
    let script = "<script>alert(1)</script>";
    let mut incident = sample::points();
    incident.title = script.to_owned();
    incident.owner = Some(script.to_owned());
    let house = House::with(sample::statuses(), vec![incident]).await;
    let page = house.get(&format!("{INCIDENT}/report.html")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("<script"), "{}", page.body);
}

#[tokio::test]
async fn an_incident_is_said_to_be_expected_listed_and_taken_back() {
    let house = House::on_the_quiet_sunday().await;
    let path = format!("{INCIDENT}/expected");
    let said =
        r#"{"reason":"the secret is exchanged","by":"Loyalty","until":"2026-11-22T15:00:00Z"}"#;
    let answer = post(&house, &path, said).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let when = "until Sunday 22 November 2026 09:00 (America/Chicago)";
    let rule: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (&rule["when"], &rule["form"]),
        (&json!(when), &json!("once"))
    );
    let incident = house.json(INCIDENT).await;
    assert_eq!(incident["state"], "dismissed");
    assert_eq!(incident["response"]["expected"]["by"], "Loyalty");
    let rules = house.json("/api/v1/expectations").await;
    assert_eq!(rules["expectations"][0]["incident"], "inc_01points");
    assert_eq!(rules["expectations"][0]["stands"], true);
    let page = house.page("/incidents/inc_01points").await;
    let words = format!("Loyalty said it is to be expected {when}: the secret is exchanged");
    assert!(page.words().contains(&words), "{}", page.words());

    let back = with_token("DELETE", &path, "", Body::empty());
    assert_eq!(house.send(back).await.status, StatusCode::ACCEPTED);
    assert_eq!(
        house.json("/api/v1/expectations").await,
        json!({ "expectations": [] })
    );
    let again = with_token("DELETE", &path, "", Body::empty());
    assert_eq!(house.send(again).await.code(), "unknown_object");
}

#[tokio::test]
async fn what_cannot_be_expected_says_what_to_say_instead() {
    let house = House::on_the_quiet_sunday().await;
    let path = format!("{INCIDENT}/expected");
    for (said, part) in [
        ("{}", "reason"),
        (r#"{"reason":""}"#, "say why on one line"),
        (
            r#"{"reason":"x"}"#,
            "auth_rejected is expected only up to a time",
        ),
        (
            r#"{"reason":"x","until":"2026-11-22T12:00:00Z"}"#,
            "a time that lies ahead",
        ),
        (r#"{"reason":"x","form":"baseline"}"#, "no new level"),
    ] {
        let answer = post(&house, &path, said).await;
        assert!(answer.body.contains(part), "{said}: {}", answer.body);
        assert_eq!(answer.code(), "bad_field", "{said}");
    }
    let unknown = post(
        &house,
        "/api/v1/incidents/inc_none/expected",
        r#"{"reason":"x"}"#,
    )
    .await;
    assert_eq!(unknown.code(), "unknown_incident");
}

#[tokio::test]
async fn the_page_s_form_says_it_from_our_page_only() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let press = |origin: &'static str, body: &'static str| {
        let form = Request::post("/incidents/inc_01points/expected")
            .header("cookie", cookie.clone())
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        house.send(form.body(Body::from(body)).unwrap())
    };
    let foreign = press("https://elsewhere.example", "reason=x&when=day").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let own = "http://127.0.0.1:8600";
    let empty = press(own, "").await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let said = press(own, "reason=planned&when=day&by=").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let expected = house.json(INCIDENT).await["response"]["expected"].clone();
    assert_eq!(expected["to"], "2026-11-23T12:52:00Z");
    assert_eq!(expected["by"], "Somebody at the dashboard");
}
