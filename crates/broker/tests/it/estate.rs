//! Changes of the estate under a condition: of two made from one state, one is refused.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate};
use axum::body::Body;
use axum::http::Request;
use countersign_broker::admin::AdminError;
use countersign_model::estate::Estate;
use http_body_util::BodyExt;
use std::time::Duration;
use tower::ServiceExt;

const PATH: &str = "/admin/api/v1/estate";

struct Answer {
    status: u16,
    tag: String,
    body: String,
}

async fn ask(house: &House, method: &str, condition: (&str, &str), body: String) -> Answer {
    let request = Request::builder().method(method).uri(PATH);
    let request = request
        .header("authorization", format!("Bearer {TOKEN}"))
        .header(condition.0, condition.1)
        .body(Body::from(body))
        .expect("sound");
    let Ok(response) = house.broker.router(None).oneshot(request).await;
    let tag = response.headers().get("etag");
    let tag = tag.map_or("", |tag| tag.to_str().expect("text")).to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body");
    let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Answer { status, tag, body }
}

async fn change(house: &House, name: &str, estate: &Estate, tag: &str) -> Answer {
    let mut next = estate.clone();
    next.name = name.to_owned();
    let body = serde_json::to_string(&next).expect("JSON");
    ask(house, "PUT", ("if-match", tag), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_names_no_estate_is_refused_once_there_is_one() {
    let base = estate(&["http://127.0.0.1:9"]);
    let house = House::with(&base).await;
    let mut next = base.clone();
    next.name = "next".to_owned();
    let body = serde_json::to_string(&next).expect("JSON");
    let unnamed = ask(&house, "PUT", ("accept", "*/*"), body.clone()).await;
    assert_eq!(unnamed.status, 428);
    assert!(unnamed.body.contains("\"precondition_required\""));
    assert!(unnamed.body.contains("If-Match"), "{}", unnamed.body);
    let read = ask(&house, "GET", ("accept", "*/*"), String::new()).await;
    assert!(read.body.contains("\"test\""), "nothing was changed");
    let named = ask(&house, "PUT", ("if-match", &read.tag), body.clone()).await;
    assert_eq!(named.status, 204, "{}", named.body);
    let again = ask(&house, "PUT", ("if-match", &read.tag), body).await;
    assert_eq!(again.status, 204, "sent again, its answer was lost");
    assert_eq!(again.tag, named.tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_follows_its_watch_and_nobody_elses_change_is_lost() {
    let base = estate(&["http://127.0.0.1:9"]);
    let house = House::with(&base).await;
    let named = |name: &str| {
        let mut estate = base.clone();
        estate.name = name.to_owned();
        estate
    };
    let admin = house.broker.admin();
    let (next, other) = (named("next"), named("other"));
    let followed = admin.estate_follow(Some(&base), &next, "test").await;
    followed.expect("from the same to the next");
    let again = admin.estate_follow(Some(&base), &next, "test").await;
    again.expect("it has it already");
    let behind = admin.estate_follow(Some(&base), &other, "test").await;
    assert!(matches!(behind, Err(AdminError::EstateChanged)));
    let first = admin.estate_follow(None, &other, "test").await;
    assert!(matches!(first, Err(AdminError::EstateChanged)));
    assert_eq!(admin.estate().await.expect("one"), next);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_the_same_time_one_stands_and_the_other_is_told() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let base = estate(&[&url]);
    let house = House::with(&base).await;
    let read = ask(&house, "GET", ("accept", "*/*"), String::new()).await;
    assert!(read.tag.starts_with('"'), "{}", read.tag);
    for round in 0..8 {
        let tag = ask(&house, "GET", ("accept", "*/*"), String::new())
            .await
            .tag;
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let (one, other) = tokio::join!(
            change(&house, &a, &base, &tag),
            change(&house, &b, &base, &tag)
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 412], "{} {}", one.body, other.body);
        let (won, lost) = match one.status {
            204 => (a, other),
            _ => (b, one),
        };
        assert!(lost.body.contains("\"estate_changed\""), "{}", lost.body);
        let now = ask(&house, "GET", ("accept", "*/*"), String::new()).await;
        assert!(now.body.contains(&format!("\"{won}\"")), "{}", now.body);
    }
    let none = serde_json::to_string(&base).expect("JSON");
    let there = ask(&house, "PUT", ("if-none-match", "*"), none.clone()).await;
    assert_eq!(there.status, 412);
    let any = ask(&house, "PUT", ("if-match", "*"), none).await;
    assert_eq!((any.status, any.tag), (204, read.tag));
}
