use super::*;
use serde_json::json;

fn stripped(value: &Value) -> Value {
    serde_json::from_slice(&contacts(value.to_string().as_bytes()).unwrap()).unwrap()
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
fn what_is_no_json_or_too_deep_does_not_pass() {
    assert_eq!(contacts(b"<html>CANARY</html>"), None);
    let deep = format!("{}\"CANARY\"{}", "[".repeat(60), "]".repeat(60));
    assert!(
        !String::from_utf8(contacts(deep.as_bytes()).unwrap())
            .unwrap()
            .contains("CANARY")
    );
}
