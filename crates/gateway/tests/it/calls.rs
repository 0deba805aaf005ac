//! What a caller sees, and what the platform does.

use crate::house::{BEARER, House, whole};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells back what arrived.
async fn echo(request: Request) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let headers: Vec<String> = parts
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
        .collect();
    let body = String::from_utf8_lossy(&body).into_owned();
    format!(
        "{} {}\n{}\n\n{body}",
        parts.method,
        parts.uri,
        headers.join("\n")
    )
}

/// Refuses generation 0 as a dead token, counts what it is asked.
fn refusing(asked: &Arc<AtomicU64>) -> Router {
    let asked = Arc::clone(asked);
    Router::new().fallback(move |headers: HeaderMap, body: Bytes| async move {
        asked.fetch_add(1, Ordering::SeqCst);
        let dead = headers["authorization"] == "Bearer CANARY-0";
        match dead {
            true => (StatusCode::UNAUTHORIZED, r#"{"errorcode":0}"#.to_owned()),
            false => (StatusCode::OK, String::from_utf8_lossy(&body).into_owned()),
        }
    })
}

#[tokio::test]
async fn the_real_token_goes_on_and_nothing_of_the_road_or_of_ours() {
    let house = House::before(Router::new().fallback(echo), |_| {}).await;
    let request = Request::post("//rest.com//data/v1/x?$page=1&q=%C3%BC")
        .header("authorization", format!("bearer {BEARER}"))
        .header("cookie", "a=b")
        .header("connection", "close, x-hop")
        .header("x-hop", "1")
        .header("x-forwarded-for", "192.0.2.1")
        .header("accept-encoding", "gzip")
        .header("x-kept", "yes")
        .body(Body::from("{}"));
    let (status, body) = whole(house.send(request.expect("sound")).await).await;
    assert_eq!(status, 200);
    assert!(
        body.starts_with("POST /data/v1/x?$page=1&q=%C3%BC\n"),
        "{body}"
    );
    // The echo is an answer, in which the token is blotted out.
    assert!(body.contains("authorization: Bearer ********\n"), "{body}");
    assert!(
        body.contains("x-kept: yes\n") && body.ends_with("\n\n{}"),
        "{body}"
    );
    assert!(body.contains("accept-encoding: identity"), "{body}");
    for gone in ["cookie:", "x-hop", "x-forwarded", "csg1.", "gzip"] {
        assert!(!body.contains(gone), "{gone} in {body}");
    }
}

#[tokio::test]
async fn a_dead_token_is_replaced_in_the_middle_of_a_call() {
    let asked = Arc::new(AtomicU64::new(0));
    for method in ["GET", "POST"] {
        asked.store(0, Ordering::SeqCst);
        let house = House::before(refusing(&asked), |_| {}).await;
        let (status, body) = house
            .call(method, "/hub/v1/dataevents/key:K/rowset", "[1]")
            .await;
        assert_eq!((status, asked.load(Ordering::SeqCst)), (200, 2));
        assert_eq!(body, "[1]");
        assert_eq!(house.dead(), [0]);
        let seen = house.seen();
        let told: Vec<_> = seen
            .iter()
            .map(|call| (call.status, call.attempt))
            .collect();
        assert_eq!(told, [(Some(401), Some(1)), (Some(200), Some(2))]);
        assert_eq!(
            seen[0].route.as_deref(),
            Some("/hub/v1/dataevents/key:{key}/rowset")
        );
        assert_eq!(seen[0].error_code.as_deref(), Some("0"));
    }
}

#[tokio::test]
async fn a_write_is_not_sent_twice_where_that_is_not_wanted_or_not_possible() {
    let asked = Arc::new(AtomicU64::new(0));
    let strict = House::before(refusing(&asked), |source| source.never_resends = true).await;
    let (status, body) = strict.call("POST", "/interaction/v1/events", "{}").await;
    assert_eq!((status, body.as_str()), (401, r#"{"errorcode":0}"#));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert_eq!(strict.dead(), [0], "the next call has another token");

    asked.store(0, Ordering::SeqCst);
    let house = House::before(refusing(&asked), |_| {}).await;
    let large = "x".repeat(64 * 1024 + 1);
    let (status, _) = house.call("POST", "/interaction/v1/events", &large).await;
    assert_eq!((status, asked.load(Ordering::SeqCst)), (401, 1));
    let (status, body) = house.call("POST", "/interaction/v1/events", &large).await;
    assert_eq!(
        (status, body.len()),
        (401, 15),
        "reported once already, and still the same"
    );
}

#[tokio::test]
async fn a_large_body_streams_through_whole() {
    let house = House::before(Router::new().fallback(echo), |_| {}).await;
    let large = "y".repeat(1_500_000);
    let (status, body) = house.call("POST", "/data/v1/x", &large).await;
    assert_eq!(status, 200);
    assert!(body.ends_with(&large));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_caller_is_told_when_to_come_back() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |source| source.dry = true).await;
    let request = Request::get("/data/v1/x")
        .header("authorization", format!("Bearer {BEARER}"))
        .body(Body::empty());
    let response = house.send(request.expect("sound")).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn strangers_are_refused_in_the_platforms_words_and_nothing_is_sent() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |_| {}).await;
    for header in [
        "Bearer nobody",
        "Basic Y3NnMTo=",
        "csg1.good.bearer",
        "Bearer csg1.old.bearer",
    ] {
        let request = Request::get("/data/v1/x").header("authorization", header);
        let response = house
            .send(request.body(Body::empty()).expect("sound"))
            .await;
        assert_eq!(response.status(), 401);
        let challenge = response.headers()["www-authenticate"]
            .to_str()
            .expect("text")
            .to_owned();
        assert!(challenge.starts_with("Bearer ") && challenge.contains("invalid_token"));
        assert!(whole(response).await.1.contains(r#""errorcode":0"#));
    }
    for (bearer, words) in [
        ("nobody", "Login Failed"),
        ("csg1.old.bearer", "Token Expired"),
    ] {
        let body = format!("<Envelope><Header><fueloauth>{bearer}</fueloauth></Header></Envelope>");
        let request = Request::post("/soap.com/Service.asmx").body(Body::from(body));
        let (status, body) = whole(house.send(request.expect("sound")).await).await;
        assert_eq!(status, 500);
        assert!(
            body.contains(&format!("<faultstring>{words}</faultstring>")),
            "{body}"
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_soap_call_renews_on_its_fault_and_goes_on() {
    let fault = "<soap:Envelope><soap:Body><soap:Fault><faultstring>Token Expired</faultstring>\
                 </soap:Fault></soap:Body></soap:Envelope>";
    let upstream = Router::new().fallback(move |body: String| async move {
        let good = "<fueloauth xmlns=\"http://exacttarget.com\">CANARY-1</fueloauth>";
        let (status, body) = match body.contains(good) {
            true => (StatusCode::OK, body),
            false => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_owned()),
        };
        (status, [("content-type", "text/xml")], body)
    });
    let house = House::before(upstream, |_| {}).await;
    let envelope = format!(
        "<Envelope><Body><x/></Body><Header><fueloauth xmlns=\"http://exacttarget.com\">{BEARER}\
         </fueloauth></Header></Envelope>"
    );
    let request = Request::post("/service.asmx")
        .header("soapaction", "\"Retrieve\"")
        .body(Body::from(envelope));
    let (status, _) = whole(house.send(request.expect("sound")).await).await;
    assert_eq!(status, 200);
    let seen = house.seen();
    assert_eq!(seen[0].route.as_deref(), Some("/Service.asmx#Retrieve"));
    assert_eq!(seen[0].error_code.as_deref(), Some("Token Expired"));
    assert_eq!(seen[1].status, Some(200));
}

#[tokio::test]
async fn the_tenants_addresses_in_answers_are_ours() {
    async fn linked(request: Request) -> impl IntoResponse {
        let host = request.headers()["host"].to_str().expect("text").to_owned();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("location", format!("http://{host}/data/v1/status/1")),
        ];
        (
            StatusCode::ACCEPTED,
            headers,
            format!(r#"{{"next":"http://{host}/data/v1/x?page=2"}}"#),
        )
    }
    let house = House::before(Router::new().fallback(linked), |_| {}).await;
    let request = Request::get("/data/v1/x")
        .header("authorization", format!("Bearer {BEARER}"))
        .body(Body::empty());
    let response = house.send(request.expect("sound")).await;
    let ours = "http://gate.test/rest.com/data/v1/status/1";
    assert_eq!(response.headers()["location"], ours);
    let length: usize = response.headers().get("content-length").map_or(0, |value| {
        value.to_str().expect("text").parse().expect("a number")
    });
    let (_, body) = whole(response).await;
    assert_eq!(
        body,
        r#"{"next":"http://gate.test/rest.com/data/v1/x?page=2"}"#
    );
    assert!(length == 0 || length == body.len());
}

#[tokio::test]
async fn an_upstream_that_repeats_the_token_tells_it_to_nobody() {
    async fn repeats(request: Request) -> impl IntoResponse {
        let told = request.headers()["authorization"]
            .to_str()
            .expect("text")
            .to_owned();
        let kind = request.uri().query().unwrap_or("text/plain").to_owned();
        let padding = "x".repeat(200_000);
        let headers = [("content-type", kind), ("x-echo", told.clone())];
        (
            StatusCode::FORBIDDEN,
            headers,
            format!("{told}{padding}{told}"),
        )
    }
    let house = House::before(Router::new().fallback(repeats), |_| {}).await;
    for kind in ["application/json", "image/png"] {
        let request = Request::get(format!("/data/v1/x?{kind}"))
            .header("authorization", format!("Bearer {BEARER}"));
        let response = house
            .send(request.body(Body::empty()).expect("sound"))
            .await;
        assert!(
            !format!("{:?}", response.headers()).contains("CANARY"),
            "{kind}"
        );
        let (_, body) = whole(response).await;
        assert_eq!(body.len(), 200_000 + 2 * "Bearer CANARY-0".len(), "{kind}");
        assert!(!body.contains("CANARY"), "{kind}");
    }
}

#[tokio::test]
async fn each_of_several_links_is_ours() {
    async fn linked(request: Request) -> impl IntoResponse {
        let host = request.headers()["host"].to_str().expect("text").to_owned();
        let mut headers = HeaderMap::new();
        for page in 2..=4 {
            let link = format!("<http://{host}/data/v1/x?page={page}>; rel=\"p{page}\"");
            headers.append("link", link.parse().expect("a value"));
        }
        headers
    }
    let house = House::before(Router::new().fallback(linked), |_| {}).await;
    let request = Request::get("/data/v1/x").header("authorization", format!("Bearer {BEARER}"));
    let response = house
        .send(request.body(Body::empty()).expect("sound"))
        .await;
    let links: Vec<_> = response.headers().get_all("link").iter().cloned().collect();
    let ours = [2, 3, 4]
        .map(|page| format!("<http://gate.test/rest.com/data/v1/x?page={page}>; rel=\"p{page}\""));
    assert_eq!(links, ours);
}

#[tokio::test]
async fn a_bearer_that_is_repeated_elsewhere_goes_no_further() {
    let house = House::before(Router::new().fallback(echo), |_| {}).await;
    let request = Request::get(format!("/data/v1/x?a=1&access_token={BEARER}&b=2"))
        .header("authorization", format!("Bearer {BEARER}"))
        .header("x-old-token", BEARER)
        .header("referer", format!("http://a.test/?access_token={BEARER}"));
    let (status, body) = whole(
        house
            .send(request.body(Body::empty()).expect("sound"))
            .await,
    )
    .await;
    assert_eq!(status, 200);
    assert!(body.starts_with("GET /data/v1/x?a=1&b=2\n"), "{body}");
    assert!(!body.contains("csg1."), "{body}");
    let request = Request::get(format!("/data/v1/x?access_token={BEARER}"))
        .header("authorization", format!("Bearer {BEARER}"));
    let (_, body) = whole(
        house
            .send(request.body(Body::empty()).expect("sound"))
            .await,
    )
    .await;
    assert!(body.starts_with("GET /data/v1/x\n"), "{body}");
}

#[tokio::test]
async fn an_upload_that_trickles_ends_and_the_platform_is_not_blamed() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |_| {}).await;
    // One more byte every now and then, for ever; with a beginning that is held, and with one that streams.
    for (path, begun) in [
        ("/data/v1/x", 10),
        ("/data/v1/x", 100 * 1024),
        ("/Service.asmx", 10),
    ] {
        let begun = Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; begun]));
        let drops = futures::stream::unfold((), |()| async {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            Some((Ok(Bytes::from_static(b"x")), ()))
        });
        let begun = futures::stream::once(std::future::ready(begun));
        let body = Body::from_stream(futures::StreamExt::chain(begun, drops));
        let request = Request::post(path).header("authorization", format!("Bearer {BEARER}"));
        let (status, _) = whole(house.send(request.body(body).expect("sound")).await).await;
        assert_eq!(status, 408, "{path}");
    }
    assert!(house.seen().is_empty(), "{:?}", house.seen());
}

#[tokio::test]
async fn a_caller_that_goes_away_is_no_failure_of_the_platform() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |_| {}).await;
    let chunks = [
        Ok(Bytes::from(vec![b'x'; 100 * 1024])),
        Err(std::io::Error::other("gone")),
    ];
    let body = Body::from_stream(futures::stream::iter(chunks));
    let request = Request::post("/data/v1/x").header("authorization", format!("Bearer {BEARER}"));
    let (status, _) = whole(house.send(request.body(body).expect("sound")).await).await;
    assert_eq!(status, 400);
    assert!(house.seen().is_empty(), "{:?}", house.seen());
}

#[tokio::test]
async fn envelopes_that_trickle_keep_nobody_elses_from_passing() {
    let upstream = Router::new().fallback(|| async { ([("content-type", "text/xml")], "<ok/>") });
    let minute = std::time::Duration::from_secs(60);
    let house = House::before(upstream, |source| source.silence = Some(minute)).await;
    let mut held = tokio::task::JoinSet::new();
    let house = Arc::new(house);
    for _ in 0..100 {
        let house = Arc::clone(&house);
        held.spawn(async move {
            let begun = Ok::<_, std::io::Error>(Bytes::from_static(b"<Envelope>"));
            let begun = futures::stream::once(std::future::ready(begun));
            let body =
                Body::from_stream(futures::StreamExt::chain(begun, futures::stream::pending()));
            let request = Request::post("/Service.asmx").body(body).expect("sound");
            house.send(request).await.status()
        });
    }
    tokio::task::yield_now().await;
    let envelope =
        format!("<Envelope><Header><fueloauth>{BEARER}</fueloauth></Header><Body/></Envelope>");
    let request = Request::post("/Service.asmx")
        .body(Body::from(envelope))
        .expect("sound");
    let (status, body) = tokio::select! {
        answered = async { whole(house.send(request).await).await } => answered,
        Some(gone) = held.join_next() => panic!("{gone:?} was given up first"),
    };
    assert_eq!((status, body.as_str()), (200, "<ok/>"));
}

#[tokio::test]
async fn the_soap_interface_is_described_without_a_bearer_and_with_our_address() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |_| {}).await;
    for path in ["/etframework.wsdl", "/soap.com/ETFramework.wsdl"] {
        let request = Request::get(path).body(Body::empty()).expect("sound");
        let (status, body) = whole(house.send(request).await).await;
        assert_eq!(status, 200);
        assert!(
            body.contains("http://gate.test/soap.com/Service.asmx"),
            "{body}"
        );
    }
    let request = Request::get("/soap.com/ETFrameworkFault.xsd").body(Body::empty());
    let (status, body) = whole(house.send(request.expect("sound")).await).await;
    assert!(status == 200 && body.contains("schema"), "{body}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn methods_that_would_repeat_the_token_or_open_a_tunnel_are_not_sent() {
    let asked = Arc::new(AtomicU64::new(0));
    let house = House::before(refusing(&asked), |_| {}).await;
    for method in ["TRACE", "CONNECT", "PROPFIND"] {
        assert_eq!(
            house.call(method, "/data/v1/x", "").await.0,
            405,
            "{method}"
        );
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_route_that_refuses_every_token_is_a_matter_of_scopes_and_not_of_tokens() {
    let refused = (StatusCode::UNAUTHORIZED, r#"{"errorcode":0}"#);
    let upstream = Router::new().fallback(move || async move { refused });
    let house = House::before(upstream, |_| {}).await;
    for _ in 0..5 {
        assert_eq!(house.call("GET", "/hub/v1/campaigns", "").await.0, 401);
    }
    assert_eq!(house.dead(), [0], "one report, and none of the fresh token");
    // Another route has its own say.
    assert_eq!(house.call("GET", "/data/v1/x", "").await.0, 401);
    assert_eq!(house.dead(), [0, 1]);
}

#[tokio::test]
async fn what_was_read_through_us_is_written_back_with_the_tenants_addresses() {
    let house = House::before(Router::new().fallback(echo), |_| {}).await;
    let request = Request::post("/asset/v1/content/assets")
        .header("authorization", format!("Bearer {BEARER}"))
        .header("content-type", "application/json")
        .body(Body::from(
            r#"{"content":"see http://gate.test/rest.com/data/v1/x"}"#,
        ));
    let response = house.send(request.expect("sound")).await;
    // The echo is an answer, so its address is ours again; its length tells what was sent.
    let (_, body) = whole(response).await;
    let tenant = format!("{}/data/v1/x", house.upstream());
    let sent = r#"{"content":"see "}"#.len() + tenant.len();
    assert!(
        body.contains(&format!("content-length: {sent}\n")),
        "{body}"
    );
}

#[tokio::test]
async fn a_head_keeps_the_length_it_was_told() {
    let upstream = Router::new().fallback(|| async {
        (
            [
                ("content-type", "application/json"),
                ("content-length", "42"),
            ],
            "",
        )
    });
    let house = House::before(upstream, |_| {}).await;
    let request = Request::head("/data/v1/x")
        .header("authorization", format!("Bearer {BEARER}"))
        .body(Body::empty());
    let response = house.send(request.expect("sound")).await;
    assert_eq!(response.headers()["content-length"], "42");
}
