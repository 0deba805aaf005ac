//! The provider's listener: what a client sees on the wire, and in which time it lives.

use crate::house::{answered, house};
use axum::body::Body;
use axum::http::Request;
use countersign_feed::demo_estate;
use countersign_host::clock::Clock;
use countersign_sim::{Simulator, outside_token_url};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

#[tokio::test]
async fn a_token_is_got_and_used_and_the_ledger_says_so() {
    let house = house(None).await;
    let (status, token) = answered(house.mint()).await;
    assert_eq!((status, &token["expires_in"]), (200, &json!(1079)));
    assert_eq!(token["rest_instance_url"], format!("{}/", house.tenant));
    let bearer = token["access_token"].as_str().unwrap();
    let base = token["rest_instance_url"].as_str().unwrap();
    let call = house
        .http
        .get(format!("{base}platform/v1/tokenContext"))
        .bearer_auth(bearer);
    assert_eq!(answered(call).await.0, 202);
    let rows = format!("{base}data/v1/customobjectdata/key/DE-16/rowset/?$page=1&$pageSize=1");
    let (_, page) = answered(house.http.get(rows).bearer_auth(bearer)).await;
    assert_eq!(
        (&page["pageSize"], &page["customObjectKey"]),
        (&json!(1), &json!("DE-16"))
    );
    let (_, ledger) = house.look("/_sim/ledger").await;
    assert_eq!(ledger["totals"]["issued"], 1);
    assert_eq!(ledger["requests"][0]["route"], "/v2/token");
    assert_eq!(ledger["requests"][1]["credential"], "INT-029");
    assert_eq!(ledger["requests"][1]["peer_ip"], "127.0.0.1");
    assert_eq!(ledger["concurrent_mints"]["demo-client-029"], 1);
    assert_eq!(
        (house.simulator.mints(), house.simulator.refusals()),
        (1, 0)
    );
}

#[tokio::test]
async fn errors_leave_with_their_status_type_and_headers() {
    let house = house(None).await;
    house
        .order(
            "/_sim/faults",
            json!({ "kind": "rate_limited", "tenant": "all" }),
        )
        .await;
    let response = house.mint().send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "5");
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(response.json::<Value>().await.unwrap()["errorcode"], 50_100);
}

#[tokio::test]
async fn a_partition_ends_the_connection_without_a_byte() {
    let house = house(None).await;
    house
        .order(
            "/_sim/faults",
            json!({ "kind": "partition", "tenant": "all" }),
        )
        .await;
    assert!(house.mint().send().await.is_err());
    let (_, ledger) = house.look("/_sim/ledger").await;
    assert_eq!(ledger["requests"][0]["status"], Value::Null);
}

#[tokio::test]
async fn a_foreign_client_gets_a_divided_life_and_our_own_an_undivided_one() {
    let house = house(Some(60.0)).await;
    let (_, foreign) = answered(house.mint()).await;
    assert_eq!(foreign["expires_in"], 1079 / 60);
    let own = house
        .mint()
        .header("x-countersign-virtual-time", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(own.headers()["x-sim-latency-ms"], "240");
    assert_eq!(own.json::<Value>().await.unwrap()["expires_in"], 1079);
}

#[tokio::test]
async fn at_the_walls_own_speed_lives_are_whole_and_no_latency_is_told() {
    let house = house(Some(1.0)).await;
    let own = house
        .mint()
        .header("x-countersign-virtual-time", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(own.headers()["x-sim-latency-ms"], "0");
    let order = json!({ "kind": "auth_slow", "latency": "40s", "credential": "INT-029" });
    house.order("/_sim/faults", order).await;
    let own = house
        .mint()
        .header("x-countersign-virtual-time", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(
        own.headers()["x-sim-latency-ms"],
        "40000",
        "told and not slept"
    );
    assert_eq!(own.json::<Value>().await.unwrap()["expires_in"], 1079);
}

#[tokio::test]
async fn an_outside_service_hands_out_a_token() {
    let house = house(None).await;
    let url = outside_token_url(&house.tenant, &"INT-015".parse().unwrap());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "demo-outside-015"),
        ("client_secret", "sim-secret-INT-015-1"),
    ];
    let (status, token) = answered(house.http.post(url).form(&form)).await;
    assert_eq!((status, &token["expires_in"]), (200, &json!(3_600)));
    assert_eq!(house.simulator.mints(), 0, "it is none of the platform's");
}

#[tokio::test]
async fn soap_calls_and_their_description_are_served_as_xml() {
    let house = house(None).await;
    let wsdl = house
        .http
        .get(format!("{}/etframework.wsdl", house.tenant))
        .send()
        .await
        .unwrap();
    assert_eq!(wsdl.headers()["content-type"], "text/xml; charset=utf-8");
    let address = format!("location=\"{}/Service.asmx\"", house.tenant);
    assert!(wsdl.text().await.unwrap().contains(&address));
    let (_, token) = answered(house.mint()).await;
    let bearer = token["access_token"].as_str().unwrap();
    let call = format!(
        "<Envelope><Body><RetrieveRequestMsg><RetrieveRequest>\
         <ObjectType>DataExtensionObject[DE-16]</ObjectType><Properties>id</Properties>\
         </RetrieveRequest></RetrieveRequestMsg></Body>\
         <Header><fueloauth>{bearer}</fueloauth></Header></Envelope>"
    );
    let url = format!(
        "{}service.asmx",
        token["soap_instance_url"].as_str().unwrap()
    );
    let answer = house
        .http
        .post(url)
        .header("SOAPAction", "\"Retrieve\"")
        .body(call);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.contains("<RetrieveResponseMsg"), "{text}");
    let (_, ledger) = house.look("/_sim/ledger").await;
    let last = &ledger["requests"][2];
    assert_eq!(last["route"], "/Service.asmx#Retrieve");
    assert_eq!(
        (&last["credential"], &last["token"]),
        (&json!("INT-029"), &json!("valid"))
    );
}

#[tokio::test]
async fn a_soap_body_beyond_the_bound_is_a_fault() {
    let request = Request::builder()
        .method("POST")
        .uri("/service.ASMX")
        .body(Body::from(vec![b'<'; 5 * 1024 * 1024]))
        .unwrap();
    let (status, body) = one(request).await;
    assert_eq!(status, 500);
    let text = String::from_utf8(body).unwrap();
    assert!(
        text.contains("<faultcode>soap:Client</faultcode>"),
        "{text}"
    );
}

/// One request to the router itself, without a socket.
async fn one(request: Request<Body>) -> (u16, Vec<u8>) {
    let simulator = Simulator::new(&demo_estate(), Clock::system(), None, 7, "http://sim.test");
    let response = simulator.router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
}

#[tokio::test]
async fn routes_are_found_without_a_socket_in_any_spelling() {
    let table = [
        ("POST", "//v2/token", 400),
        ("GET", "/v2/token", 405),
        ("GET", "/V2/UserInfo", 401),
        ("GET", "/messaging/v1/email/definitions/?$page=1", 401),
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("GET", "/_sim/state", 404),
    ];
    for (method, path, status) in table {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let (got, body) = one(request).await;
        assert_eq!(got, status, "{method} {path}");
        assert!(
            serde_json::from_slice::<Value>(&body).unwrap().is_object(),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_body_has_a_bound_and_bytes_that_are_no_text_are_no_panic() {
    let huge = Body::from(vec![b' '; 5 * 1024 * 1024]);
    let request = Request::builder()
        .method("POST")
        .uri("/v2/token")
        .body(huge)
        .unwrap();
    assert_eq!(one(request).await.0, 413);
    let odd = Request::builder()
        .method("POST")
        .uri("/hub/v1/dataevents/key:%FF%00%zz/rowset?%FF=%zz&a&=")
        .header("authorization", b"Bearer \xFF".as_slice())
        .body(Body::from(vec![0xFF, 0x00]))
        .unwrap();
    assert_eq!(one(odd).await.0, 401);
}
