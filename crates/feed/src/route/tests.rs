use super::*;

fn check(url: &str, expected: &str) {
    assert_eq!(template(url), expected, "{url}");
    assert_eq!(template(expected), expected, "a template stays as it is");
}

#[test]
fn values_leave_a_route_and_words_stay() {
    check("/v2/token", "/v2/token");
    check(
        "https://x.rest.marketingcloudapis.com/hub/v1/dataevents/key:ORDERS_7/rowset?a=CANARY",
        "/hub/v1/dataevents/key:{key}/rowset",
    );
    check(
        "/data/v1/customobjectdata/key/ORDERS/rowset#x",
        "/data/v1/customobjectdata/key/{key}/rowset",
    );
    check(
        "/messaging/v1/email/messages/order-4711-CANARY@example.com",
        "/messaging/v1/email/messages/{id}",
    );
    check("/contacts/v1/contacts/12345", "/contacts/v1/contacts/{id}");
    check(
        "/data/v1/async/0f8fad5b-d9cb-469f-a165-70867728950e/results",
        "/data/v1/async/{id}/results",
    );
    check("/Service.asmx", "/Service.asmx");
    check("//hub//v1/", "/hub/v1");
    check("/services/oauth2/token", "/services/oauth2/token");
    check("https://host", "/");
    check("", "/");
}

#[test]
fn a_path_without_end_is_cut() {
    let long = "/a".repeat(1_000);
    assert_eq!(template(&long), format!("{}/…", "/a".repeat(12)));
}

#[test]
fn token_routes_are_known() {
    for route in [
        "/v2/token",
        "https://x.auth.marketingcloudapis.com/v2/token?x",
        "/v1/requestToken",
        "/services/oauth2/token",
    ] {
        assert!(is_token_route(route), "{route}");
    }
    assert!(!is_token_route("/v2/userinfo") && !is_token_route("/hub/v1/token"));
}
