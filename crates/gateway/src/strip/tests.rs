use super::*;
use serde_json::json;

fn stripped(value: &Value) -> Value {
    serde_json::from_slice(&super::json(value.to_string().as_bytes()).unwrap()).unwrap()
}

#[test]
fn rows_lose_their_values_and_the_count_stays() {
    let answer = json!({ "count": 2, "page": 1, "items": [
        { "keys": { "id": "CANARY-1" }, "values": { "mail": "CANARY@example.test" } },
        { "Keys": { "id": "CANARY-2" }, "VALUES": null } ] });
    let out = stripped(&answer);
    assert_eq!(out["count"], 2);
    assert!(!out.to_string().contains("CANARY"), "{out}");
}

#[test]
fn people_in_audit_events_are_left_out_and_what_they_did_stays() {
    let answer = json!([{ "items": [{ "employee": { "employeeName": "CANARY" }, "ipAddress": "CANARY",
        "objectType": { "name": "Installed Package" }, "operation": { "name": "Update" } }] }]);
    let out = stripped(&answer);
    assert_eq!(
        out[0]["items"][0]["objectType"]["name"],
        "Installed Package"
    );
    assert!(!out.to_string().contains("CANARY"), "{out}");
}

#[test]
fn an_address_is_left_out_wherever_it_stands() {
    let answer = json!({ "name": "Points", "note": "ask CANARY@example.test", "modifiedByName": "CANARY",
        "list": ["CANARY@example.test", "fine"] });
    let out = stripped(&answer);
    assert_eq!(
        (&out["name"], &out["list"][1]),
        (&"Points".into(), &"fine".into())
    );
    assert!(!out.to_string().contains("CANARY"), "{out}");
}

#[test]
fn what_is_no_json_or_too_deep_does_not_pass() {
    assert_eq!(super::json(b"<html>CANARY</html>"), None);
    let deep = format!("{}\"CANARY\"{}", "[".repeat(60), "]".repeat(60));
    assert!(
        !String::from_utf8(super::json(deep.as_bytes()).unwrap())
            .unwrap()
            .contains("CANARY")
    );
}

fn answer(results: &str) -> String {
    format!(
        "<soap:Envelope xmlns:soap=\"s\" xmlns:xsi=\"i\"><soap:Body><RetrieveResponseMsg>\
         <OverallStatus>OK</OverallStatus><RequestID>r-1</RequestID>{results}\
         </RetrieveResponseMsg></soap:Body></soap:Envelope>"
    )
}

fn soap_left(results: &str, kind: Option<&str>) -> String {
    let left = soap(answer(results).as_bytes(), kind).expect("readable");
    String::from_utf8(left).expect("text")
}

#[test]
fn an_app_user_keeps_its_state_and_loses_its_name() {
    let user = "<Results xsi:type=\"AccountUser\"><Client><ID>7</ID><UserID>CANARY</UserID></Client>\
                <CustomerKey>CANARY</CustomerKey><AccountUserID>12</AccountUserID>\
                <UserID>CANARY</UserID><Name>CANARY</Name><Email>CANARY@example.test</Email>\
                <ActiveFlag>true</ActiveFlag><LastSuccessfulLogin>2026-11-01T00:00:00</LastSuccessfulLogin>\
                <NotificationEmailAddress>CANARY</NotificationEmailAddress>\
                <PartnerProperties><Name>CANARY</Name><Value>CANARY</Value></PartnerProperties></Results>";
    let untyped = user.replace(" xsi:type=\"AccountUser\"", "");
    let nested = format!(
        "<Results>{}</Results>",
        untyped.replace("Results", "AccountUser")
    );
    for (results, kind) in [
        (user, Some("AccountUser")),
        (user, None),
        (untyped.as_str(), Some("AccountUser")),
        (nested.as_str(), Some("AccountUserAccount")),
        (nested.as_str(), Some("Role")),
    ] {
        let left = soap_left(results, kind);
        assert!(!left.contains("CANARY"), "{left}");
        for kept in [
            "<ID>7</ID>",
            ">true<",
            "2026-11-01",
            "<RequestID>r-1<",
            "<Name></Name>",
        ] {
            assert!(left.contains(kept), "{kept} in {left}");
        }
    }
}

#[test]
fn things_keep_their_names_and_senders_do_not() {
    let send = "<Results xsi:type=\"Send\"><ID>4</ID><FromName>CANARY</FromName>\
                <FromAddress>CANARY@example.test</FromAddress><EmailName>Welcome</EmailName>\
                <Email><ID>9</ID></Email><Status>Complete</Status></Results>";
    let left = soap_left(send, Some("Send"));
    assert!(!left.contains("CANARY"), "{left}");
    for kept in ["<EmailName>Welcome<", "<Email><ID>9<", "<Status>Complete<"] {
        assert!(left.contains(kept), "{kept} in {left}");
    }
    assert_eq!(soap(b"CANARY", None), None, "what is no XML does not pass");
}
