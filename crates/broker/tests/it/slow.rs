//! Callers that do not come to the end of their body.

use crate::endpoint::{Endpoint, Say};
use crate::house::{House, TOKEN, estate};
use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use http_body_util::BodyExt;
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_given_up_in_the_shape_of_its_route() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    let ask = |path: &'static str| {
        let begun = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        let body = futures::StreamExt::chain(begun, futures::stream::pending());
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .body(Body::from_stream(body))
            .expect("sound");
        let router = house.broker.router(None);
        async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.expect("a body");
            let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            (status, body)
        }
    };
    let patient = tokio::time::timeout(Duration::from_secs(60), async {
        tokio::join!(
            ask("/v2/token"),
            ask("/v1/requesttoken"),
            ask("/admin/api/v1/consumers")
        )
    });
    let (present, legacy, admin) = patient.await.expect("given up in time");
    assert!(
        present.0 == 408 && present.1.contains("invalid_request"),
        "{present:?}"
    );
    assert!(legacy.0 == 408 && legacy.1.contains("10004"), "{legacy:?}");
    assert!(
        admin.0 == 408 && admin.1.contains("request_timeout"),
        "{admin:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_with_keys_in_them_are_kept_by_nobody_on_the_way() {
    let (_, url) = Endpoint::serve(Say::Token(1_079), Duration::ZERO).await;
    let house = House::with(&estate(&[&url])).await;
    for path in [
        "/admin/api/v1/consumers",
        "/admin/api/v1/integrations/I-1/token",
    ] {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .body(Body::from(r#"{"integration":"I-1"}"#))
            .expect("sound");
        let Ok(response) = house.broker.router(None).oneshot(request).await;
        assert!(response.status().is_success(), "{path}");
        assert_eq!(
            response.headers()[header::CACHE_CONTROL],
            "no-store",
            "{path}"
        );
    }
}
