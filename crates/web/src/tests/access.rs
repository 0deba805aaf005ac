//! Who gets in, how, and for how long.

use super::house::{House, TOKEN, plain, with_token};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use countersign_model::SignedDuration;

async fn link_path(house: &House) -> String {
    let link = crate::sign_in_link(&house.app).await.unwrap();
    link.url
        .strip_prefix("http://127.0.0.1:8600")
        .unwrap()
        .to_owned()
}

fn with_cookie(method: &str, path: &str, cookie: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", cookie);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

const OWN: [(&str, &str); 2] = [
    ("origin", "http://127.0.0.1:8600"),
    ("host", "127.0.0.1:8600"),
];

#[tokio::test]
async fn a_link_signs_in_once_and_never_again() {
    let house = House::empty().await;
    let path = link_path(&house).await;
    let first = house.send(plain("POST", &path)).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert_eq!(first.header("location"), "/");
    let second = house.send(plain("POST", &path)).await;
    assert_eq!(second.status, StatusCode::GONE);
    assert!(
        second.words().contains("This sign-in link no longer works"),
        "{}",
        second.words()
    );
    assert_eq!(second.header("set-cookie"), "");
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up() {
    let house = House::empty().await;
    let path = link_path(&house).await;
    for method in ["GET", "HEAD", "GET"] {
        assert_eq!(
            house.send(plain(method, &path)).await.status,
            StatusCode::OK
        );
    }
    let shown = house.send(plain("GET", &path)).await;
    assert!(
        shown.body.contains(&format!("action=\"{path}\"")),
        "{}",
        shown.body
    );
    assert_eq!(
        house.send(plain("POST", &path)).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_link_ends_after_fifteen_minutes() {
    let house = House::empty().await;
    let (early, late) = (link_path(&house).await, link_path(&house).await);
    house.wait(SignedDuration::from_secs(15 * 60 - 1));
    assert_eq!(
        house.send(plain("POST", &early)).await.status,
        StatusCode::SEE_OTHER
    );
    house.wait(SignedDuration::from_secs(1));
    assert_eq!(
        house.send(plain("POST", &late)).await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn rubbish_is_no_link() {
    let house = House::empty().await;
    let long = "x".repeat(5_000);
    for token in ["x", "..%2F..", "%3Cscript%3E", &long, "a-b_c"] {
        let path = format!("/sign-in/{token}");
        for method in ["GET", "POST"] {
            let answer = house.send(plain(method, &path)).await;
            assert_eq!(answer.status, StatusCode::GONE, "{method} {token}");
            assert!(!answer.body.contains("<script>"));
        }
    }
}

#[tokio::test]
async fn a_session_opens_pages_and_the_api_for_twelve_hours() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    house.wait(SignedDuration::from_hours(12) - SignedDuration::from_secs(1));
    for path in [
        "/",
        "/incidents",
        "/incidents/inc_01points",
        "/api/v1/status",
    ] {
        let answer = house.send(with_cookie("GET", path, &cookie, &[])).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    house.wait(SignedDuration::from_secs(1));
    let page = house.send(with_cookie("GET", "/", &cookie, &[])).await;
    assert_eq!(
        (page.status, page.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in")
    );
    let api = house
        .send(with_cookie("GET", "/api/v1/status", &cookie, &[]))
        .await;
    assert_eq!(
        (api.status, api.code().as_str()),
        (StatusCode::UNAUTHORIZED, "not_signed_in")
    );
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_over_https_bound_to_the_host() {
    let link = |house: &House| {
        let app = house.app.clone();
        async move { crate::sign_in_link(&app).await.unwrap().url }
    };
    for (base, name, secure) in [
        ("http://127.0.0.1:8600", "countersign_session=", false),
        ("https://watch.example.test", "__Host-countersign=", true),
    ] {
        let house = House::at(base).await;
        let path = link(&house).await.strip_prefix(base).unwrap().to_owned();
        let answer = house.send(plain("POST", &path)).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with(name), "{cookie}");
        for part in [
            "; Path=/",
            "; HttpOnly",
            "; SameSite=Lax",
            "; Max-Age=43200",
        ] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        assert_eq!(cookie.contains("; Secure"), secure);
        assert!(!cookie.contains("Domain"));
        assert_eq!(
            answer.headers.contains_key("strict-transport-security"),
            secure
        );
    }
}

#[tokio::test]
async fn pages_send_strangers_to_the_sign_in_page_which_says_where_to_get_a_link() {
    let house = House::on_the_quiet_sunday().await;
    for path in ["/", "/incidents", "/incidents/inc_01points"] {
        let answer = house.send(plain("GET", path)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/sign-in")
        );
        assert!(!answer.body.contains("points"));
    }
    let answer = house.send(plain("GET", "/sign-in")).await;
    assert!(
        answer.words().contains("countersign login"),
        "{}",
        answer.words()
    );
}

#[tokio::test]
async fn the_api_takes_a_known_bearer_and_nothing_else() {
    let house = House::on_the_quiet_sunday().await;
    let ask = |value: Option<String>| {
        let mut request = Request::get("/api/v1/incidents");
        if let Some(value) = value {
            request = request.header("authorization", value);
        }
        house.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!(
        ask(Some(format!("bearer {TOKEN}"))).await.status,
        StatusCode::OK
    );
    for refused in [
        None,
        Some("Bearer CANARY-other".to_owned()),
        Some("Bearer".to_owned()),
        Some(format!("Basic {TOKEN}")),
        Some(format!("Bearer {TOKEN}x")),
    ] {
        let answer = ask(refused.clone()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{refused:?}");
        assert_eq!(answer.code(), "not_signed_in");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(!answer.body.contains("CANARY"));
    }
}

#[tokio::test]
async fn an_unknown_token_is_not_made_good_by_a_session() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let wrong = [("authorization", "Bearer CANARY-other")];
    let answer = house
        .send(with_cookie("GET", "/api/v1/status", &cookie, &wrong))
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_ends_the_session_in_the_store_too() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let out = house
        .send(with_cookie("POST", "/sign-out", &cookie, &OWN))
        .await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in")
    );
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let after = house.send(with_cookie("GET", "/", &cookie, &[])).await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_out_or_in() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[
            ("origin", "https://evil.example"),
            ("host", "127.0.0.1:8600"),
        ],
        &[("origin", "null"), ("host", "127.0.0.1:8600")],
        &[
            ("origin", "http://127.0.0.1:8700"),
            ("host", "127.0.0.1:8600"),
        ],
        &[
            ("origin", "http://127.0.0.1:8600"),
            ("sec-fetch-site", "cross-site"),
        ],
    ];
    for headers in foreign {
        let answer = house
            .send(with_cookie("POST", "/sign-out", &cookie, headers))
            .await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert_eq!(
        house
            .send(with_cookie("GET", "/", &cookie, &[]))
            .await
            .status,
        StatusCode::OK
    );
    let path = link_path(&house).await;
    let lured = house.send(with_cookie("POST", &path, "", foreign[1])).await;
    assert_eq!(lured.status, StatusCode::FORBIDDEN);
    let own = house.send(with_cookie("POST", &path, "", &OWN)).await;
    assert_eq!(
        own.status,
        StatusCode::SEE_OTHER,
        "the refusal did not use the link up"
    );
}

#[tokio::test]
async fn a_session_changes_things_only_from_our_own_page() {
    let house = House::on_the_quiet_sunday().await;
    let cookie = house.sign_in().await;
    let refused = house
        .send(with_cookie("POST", "/api/v1/outcomes", &cookie, &[]))
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "cross_site")
    );
    let own = house
        .send(with_cookie("POST", "/api/v1/outcomes", &cookie, &OWN))
        .await;
    assert_eq!(own.status, StatusCode::OK);
    let local = [
        ("origin", "http://localhost:8600"),
        ("host", "localhost:8600"),
    ];
    let other_name = house
        .send(with_cookie("POST", "/api/v1/outcomes", &cookie, &local))
        .await;
    assert_eq!(
        other_name.status,
        StatusCode::OK,
        "the same listener by another name"
    );
}

#[tokio::test]
async fn a_token_makes_working_links_and_a_session_makes_none() {
    let house = House::empty().await;
    let made = house
        .send(with_token(
            "POST",
            "/api/v1/sign-in-links",
            "",
            Body::empty(),
        ))
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let answer: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!(answer["expires_at"], "2026-11-22T20:15:00Z");
    let url = answer["sign_in"].as_str().unwrap();
    let path = url.strip_prefix("http://127.0.0.1:8600").unwrap();
    let taken = house.send(plain("POST", path)).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let more = with_cookie("POST", "/api/v1/sign-in-links", &taken.cookie(), &OWN);
    let refused = house.send(more).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::FORBIDDEN, "token_needed")
    );
}
