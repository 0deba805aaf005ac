//! Calls: scopes before keys, recorded shapes, and the counters that faults move.

use crate::house::{CONTEXT, House, SCOPES, call_request, minutes, order};
use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::request::Request;
use serde_json::{Value, json};

const ROWS: &str = "/data/v1/customobjectdata/key/DE-key/rowset";
const EVENTS: &str = "/hub/v1/dataevents/key:DE-key/rowset";

fn scoped(house: &mut House, second: i64, scope: &str) -> String {
    let (status, body) = house.mint(second, json!({ "scope": scope }));
    assert_eq!(status, 200, "{body}");
    body["access_token"].as_str().expect("a token").to_owned()
}

#[test]
fn each_route_needs_its_scope_and_says_so_before_it_looks_anything_up() {
    let nowhere = "NOWHERE";
    let table = [
        (
            "GET",
            format!("/data/v1/customobjectdata/key/{nowhere}/rowset"),
            "data_extensions_read",
            403,
        ),
        (
            "POST",
            format!("/hub/v1/dataevents/key:{nowhere}/rowset"),
            "data_extensions_write",
            401,
        ),
        (
            "PUT",
            format!("/hub/v1/dataevents/key:{nowhere}/rows/a:b"),
            "data_extensions_write",
            401,
        ),
        (
            "GET",
            "/interaction/v1/interactions".to_owned(),
            "journeys_read",
            403,
        ),
        (
            "GET",
            format!("/interaction/v1/interactions/{nowhere}"),
            "journeys_read",
            403,
        ),
        (
            "GET",
            format!("/interaction/v1/interactions/key:{nowhere}"),
            "journeys_read",
            403,
        ),
        (
            "POST",
            "/interaction/v1/events".to_owned(),
            "journeys_execute",
            403,
        ),
        (
            "GET",
            "/automation/v1/automations".to_owned(),
            "automations_read",
            403,
        ),
        (
            "GET",
            format!("/automation/v1/automations/{nowhere}"),
            "automations_read",
            403,
        ),
        (
            "GET",
            "/messaging/v1/email/definitions".to_owned(),
            "email_read",
            403,
        ),
        (
            "GET",
            format!("/messaging/v1/email/definitions/{nowhere}"),
            "email_read",
            403,
        ),
        (
            "GET",
            format!("/messaging/v1/email/definitions/{nowhere}/queue"),
            "email_read",
            403,
        ),
        (
            "POST",
            format!("/messaging/v1/email/messages/{nowhere}"),
            "email_send",
            403,
        ),
        (
            "POST",
            "/messaging/v1/email/messages".to_owned(),
            "email_send",
            403,
        ),
    ];
    for (method, path, scope, refused) in table {
        let mut house = House::new();
        let others: Vec<&str> = SCOPES.into_iter().filter(|other| *other != scope).collect();
        let others = others.join(" ").replace("journeys_read", "");
        let without = scoped(&mut house, 0, &others);
        let (status, body) = house.call(1, &without, method, &path, &Value::Null);
        assert_eq!(status, refused, "{method} {path}");
        let errorcode = if refused == 401 { 0 } else { 20_002 };
        assert_eq!(body["errorcode"], errorcode, "{method} {path}");
        let with = scoped(&mut house, 2, scope);
        let (status, _) = house.call(3, &with, method, &path, &Value::Null);
        assert!(
            [200, 400, 404].contains(&status),
            "{method} {path}: {status}"
        );
    }
}

#[test]
fn what_is_unconfirmed_about_missing_scopes_can_be_switched() {
    let mut house = House::new();
    let none = scoped(&mut house, 0, "");
    house.set("missing_scope_errorcode", "0");
    let (status, body) = house.get(1, &none, ROWS);
    assert_eq!(status, 403);
    assert_eq!(
        body,
        json!({ "message": "Insufficient privileges to complete this action." })
    );
    house.set("dataevents_scope_status", "403");
    assert_eq!(house.call(1, &none, "POST", EVENTS, &json!([])).0, 403);
    let reader = scoped(&mut house, 2, "journeys_read");
    let event = json!({ "ContactKey": "c", "EventDefinitionKey": "APIEvent-J-key" });
    let fire = |house: &mut House| {
        house
            .call(3, &reader, "POST", "/interaction/v1/events", &event)
            .0
    };
    assert_eq!(fire(&mut house), 201);
    house.set("journeys_read_fires_events", "off");
    assert_eq!(fire(&mut house), 403);
}

#[test]
fn without_a_live_token_every_route_says_401_and_a_stranger_learns_nothing() {
    let mut house = House::new();
    let routes = [CONTEXT, ROWS, "/v2/userinfo", "/automation/v1/automations"];
    for path in routes {
        let bare = Request {
            headers: Default::default(),
            ..call_request("", "GET", path, &json!(null))
        };
        let answer = house.answer(0, &bare);
        assert_eq!(answer.status, 401, "{path}");
        let challenge = answer.headers.iter().any(|(name, value)| {
            *name == "www-authenticate"
                && value.starts_with("Bearer ")
                && value.contains("invalid_token")
        });
        assert!(challenge, "{path}");
        assert_eq!(house.get(0, "nonsense", path).0, 401, "{path}");
    }
    assert_eq!(house.get(0, "nonsense", "/no/such/route").0, 401);
    let bare = Request {
        path: "/no/such/route".to_owned(),
        method: "GET".to_owned(),
        ..Request::default()
    };
    assert_eq!(house.answer(0, &bare).status, 404);
    let token = house.token(1);
    let (status, body) = house.get(2, &token, "/no/such/route");
    assert_eq!(
        (status, &body["errorcode"], &body["message"]),
        (404, &json!(404), &json!("Not Found"))
    );
    assert_eq!(house.call(2, &token, "DELETE", ROWS, &Value::Null).0, 405);
    let url = Request {
        headers: Default::default(),
        ..call_request(
            "",
            "GET",
            &format!("{CONTEXT}?access_token={token}"),
            &json!(null),
        )
    };
    assert_eq!(house.answer(2, &url).status, 403);
}

#[test]
fn userinfo_and_endpoints_tell_who_and_where() {
    let mut house = House::new();
    let token = house.token(0);
    let (status, info) = house.get(1, &token, "/v2/userinfo");
    assert_eq!(status, 200);
    assert_eq!(info["exp"], crate::house::at(1_200).as_second());
    assert_eq!(info["organization"]["member_id"], 11);
    assert_eq!(info["organization"]["enterprise_id"], 10);
    assert_eq!(info["rest"]["rest_instance_url"], "http://platform.test/");
    assert_eq!(
        info["application"]["appScopes"].as_array().map(Vec::len),
        Some(SCOPES.len())
    );
    let (_, all) = house.get(1, &token, "/platform/v1/endpoints?IsTSE=true");
    assert_eq!(
        (&all["count"], all["items"].as_array().map(Vec::len)),
        (&json!(3), Some(3))
    );
    assert_eq!(
        house.get(1, &token, "/platform/v1/endpoints/soap").1["type"],
        "soap"
    );
    assert_eq!(
        house.get(1, &token, "/platform/v1/endpoints/fax").1["errorcode"],
        30_003
    );
    let (_, links) = house.get(1, &token, "/v2/discovery?resource=acct:me");
    assert_eq!(links["subject"], "acct:me");
    house.set("token_context_status", "200");
    assert_eq!(house.get(1, &token, CONTEXT).0, 200);
}

#[test]
fn rows_come_in_pages_and_nothing_has_no_items() {
    let mut house = House::new();
    let token = house.token(0);
    let (_, page) = house.get(1, &token, &format!("{ROWS}/?$page=2&$pageSize=2"));
    assert_eq!(
        (&page["count"], &page["page"], &page["pageSize"]),
        (&json!(3), &json!(2), &json!(2))
    );
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["customObjectKey"], "DE-key");
    let lower = ROWS.to_lowercase();
    assert_eq!(
        house.get(1, &token, &lower).0,
        200,
        "keys in lower case are found"
    );
    for path in [
        format!("{ROWS}?$page=9"),
        ROWS.replace("DE-key", "EMPTY-key"),
    ] {
        let (status, page) = house.get(1, &token, &path);
        assert_eq!(status, 200);
        assert!(page.get("items").is_none(), "{page}");
    }
    let (_, huge) = house.get(
        1,
        &token,
        &format!("{ROWS}?$page=99999999999999999999&$pagesize=0"),
    );
    assert_eq!(huge["count"], 3);
    let shared = ROWS.replace("DE-key", "SHARED-key");
    assert_eq!(
        house.get(1, &token, &shared).1["count"],
        9,
        "the parent's is seen"
    );
    let far = house.token_of(1, "R");
    assert_eq!(house.get(1, &far, ROWS).0, 403);
}

#[test]
fn written_rows_are_read_again_and_the_same_key_is_one_row() {
    let mut house = House::new();
    let token = house.token(0);
    let row =
        |id: &str, points: &str| json!({ "keys": { "id": id }, "values": { "points": points } });
    let sent = json!([row("a", "1"), row("b", "2")]);
    assert_eq!(house.call(1, &token, "POST", EVENTS, &sent), (200, sent));
    let put = "/hub/v1/dataevents/key:DE-key/rows/id:a";
    let (status, answer) = house.call(
        2,
        &token,
        "PUT",
        put,
        &json!({ "values": { "points": "7" } }),
    );
    assert_eq!((status, answer), (200, row("a", "7")));
    let (_, page) = house.get(3, &token, &format!("{ROWS}?$pageSize=2"));
    assert_eq!(page["count"], 5);
    assert_eq!(page["items"], json!([row("a", "7"), row("b", "2")]));
}

#[test]
fn rows_that_are_none_are_refused_by_what_is_wrong() {
    let mut house = House::new();
    let token = house.token(0);
    let table = [
        (json!({}), 10_004),
        (json!("rows"), 10_004),
        (json!([{ "keys": {} }]), 10_002),
        (json!([7]), 10_002),
    ];
    for (sent, errorcode) in table {
        let (status, body) = house.call(1, &token, "POST", EVENTS, &sent);
        assert_eq!(
            (status, &body["errorcode"]),
            (400, &json!(errorcode)),
            "{sent}"
        );
    }
    let path = "/hub/v1/dataevents/key:DE-key/rows/id";
    assert_eq!(
        house
            .call(1, &token, "PUT", path, &json!({ "values": {} }))
            .1["errorcode"],
        10_003
    );
    let path = format!("{path}:a");
    assert_eq!(
        house.call(1, &token, "PUT", &path, &json!({})).1["errorcode"],
        10_002
    );
    assert_eq!(
        house.get(2, &token, ROWS).1["count"],
        3,
        "nothing was stored"
    );
}

#[test]
fn lost_rows_are_accepted_all_the_same() {
    let rows: Vec<Value> = (0..1_000)
        .map(|n| json!({ "keys": { "id": n.to_string() }, "values": { "n": "1" } }))
        .collect();
    let sent = Value::Array(rows);
    for (kind, share, stored) in [
        ("zero_rows", None, 0..1),
        ("partial_rows", Some(0.39), 550..670),
        ("asset_stall", None, 0..1),
    ] {
        let mut house = House::new();
        let token = house.token(0);
        house.order(
            1,
            FaultOrder {
                asset: Some("DE".into()),
                share,
                ..order(kind)
            },
        );
        assert_eq!(
            house.call(2, &token, "POST", EVENTS, &sent).0,
            200,
            "{kind}"
        );
        let count = house.get(3, &token, ROWS).1["count"]
            .as_u64()
            .expect("a count")
            - 3;
        assert!(stored.contains(&count), "{kind}: {count}");
        let other = EVENTS.replace("DE-key", "EMPTY-key");
        house.call(4, &token, "POST", &other, &sent);
        let other = ROWS.replace("DE-key", "EMPTY-key");
        assert_eq!(
            house.get(5, &token, &other).1["count"],
            1_000,
            "{kind}: another table"
        );
    }
}

#[test]
fn journeys_are_listed_shown_and_entered() {
    let mut house = House::new();
    let token = house.token(0);
    let list = "/interaction/v1/interactions";
    let (_, all) = house.get(1, &token, &format!("{list}?$pageSize=1&$page=2&extras=all"));
    assert_eq!(
        (&all["count"], all["items"].as_array().map(Vec::len)),
        (&json!(2), Some(1))
    );
    assert!(all["items"][0]["activities"].is_array() && all["items"][0]["stats"].is_object());
    let (_, one) = house.get(1, &token, &format!("{list}/key:J-key"));
    assert_eq!(
        (&one["status"], &one["stats"]["cumulativePopulation"]),
        (&json!("Published"), &json!(5))
    );
    let id = one["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        house.get(1, &token, &format!("{list}/{id}")).1["key"],
        "J-key"
    );
    assert_eq!(
        house
            .get(1, &token, &format!("{list}/key:J-key?versionNumber=2"))
            .0,
        404
    );
    assert_eq!(
        house.get(1, &token, &format!("{list}?status=Draft")).1["count"],
        0
    );
    assert_eq!(
        house
            .get(1, &token, &format!("{list}?nameOrDescription=J2"))
            .1["count"],
        1
    );
    let (_, entries) = house.get(1, &token, "/interaction/v1/eventDefinitions");
    let entry = entries["items"][0]["eventDefinitionKey"]
        .as_str()
        .expect("a key")
        .to_owned();
    let event = json!({ "ContactKey": "c", "EventDefinitionKey": entry, "Data": {} });
    let (status, fired) = house.call(2, &token, "POST", "/interaction/v1/events", &event);
    assert!(
        status == 201 && fired["eventInstanceId"].is_string(),
        "{fired}"
    );
    let population = |house: &mut House| {
        house.get(3, &token, &format!("{list}/key:J-key")).1["stats"]["cumulativePopulation"]
            .clone()
    };
    assert_eq!(population(&mut house), 6);
    house.order(
        4,
        FaultOrder {
            asset: Some("J".into()),
            ..order("asset_stall")
        },
    );
    assert_eq!(
        house
            .call(5, &token, "POST", "/interaction/v1/events", &event)
            .0,
        201
    );
    assert_eq!(population(&mut house), 6, "accepted and dropped");
    for (event, errorcode) in [
        (json!({ "ContactKey": "c" }), 10_002),
        (json!([]), 10_002),
        (
            json!({ "ContactKey": "c", "EventDefinitionKey": "nowhere" }),
            30_003,
        ),
    ] {
        let (_, body) = house.call(6, &token, "POST", "/interaction/v1/events", &event);
        assert_eq!(body["errorcode"], errorcode, "{event}");
    }
}

#[test]
fn automations_run_every_hour_until_one_is_paused() {
    let mut house = House::new();
    let token = house.token(0);
    let (_, all) = house.get(
        1,
        &token,
        "/automation/v1/automations/?$page=1&$pageSize=50",
    );
    assert_eq!(
        (&all["count"], &all["items"][0]["status"]),
        (&json!(2), &json!("Scheduled"))
    );
    let id = all["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/automation/v1/automations/{id}");
    let running = house.get(1, &token, &path).1;
    assert_eq!(
        (&running["statusId"], &running["steps"][0]["step"]),
        (&json!(6), &json!(1))
    );
    house.order(
        2,
        FaultOrder {
            asset: Some("AUT".into()),
            ..order("asset_stall")
        },
    );
    let later = house.token(7_300);
    let paused = house.get(7_300, &later, &path).1;
    assert_eq!(
        (&paused["statusId"], &paused["status"]),
        (&json!(4), &json!("PausedSchedule"))
    );
    assert_eq!(paused["lastRunTime"], running["lastRunTime"]);
    assert_eq!(paused["schedule"]["scheduleStatus"], "paused");
    assert_eq!(
        house
            .get(7_301, &later, "/automation/v1/automations/nowhere")
            .0,
        404
    );
}

#[test]
fn definitions_count_their_page_and_their_queue_moves() {
    let mut house = House::new();
    let token = house.token(0);
    let list = "/messaging/v1/email/definitions";
    let (_, page) = house.get(1, &token, &format!("{list}/?$page=1&$pageSize=1"));
    assert_eq!(
        (&page["count"], &page["definitions"][0]["status"]),
        (&json!(1), &json!("Active"))
    );
    assert!(page["requestId"].is_string());
    house.set("definitions_count_is_page", "off");
    assert_eq!(
        house.get(1, &token, &format!("{list}?$pageSize=1")).1["count"],
        2
    );
    assert_eq!(
        house.get(1, &token, &format!("{list}?status=Inactive")).1["definitions"],
        json!([])
    );
    assert_eq!(
        house.get(1, &token, &format!("{list}/TS-key")).1["content"]["customerKey"],
        "TS-key"
    );
    let queue = house.get(1, &token, &format!("{list}/TS-key/queue")).1;
    assert_eq!(
        (&queue["count"], &queue["ageSeconds"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(
        house.get(1, &token, &format!("{list}/nowhere/queue")).0,
        404
    );
}

#[test]
fn a_stuck_queue_grows_with_what_is_sent_and_what_others_send_and_drains_when_mended() {
    let mut house = House::new();
    let token = house.token(0);
    let queue = "/messaging/v1/email/definitions/TS-key/queue";
    house.order(
        10,
        FaultOrder {
            asset: Some("TS".into()),
            lasts: minutes(60),
            ..order("queue_growth")
        },
    );
    let sent = json!({ "definitionKey": "TS-key", "recipients": [
        { "contactKey": "a" }, { "contactKey": "b", "messageKey": "mine" }] });
    let (status, answer) = house.call(20, &token, "POST", "/messaging/v1/email/messages/", &sent);
    assert_eq!(
        (status, &answer["responses"][1]["messageKey"]),
        (202, &json!("mine"))
    );
    let (_, waiting) = house.get(30, &token, queue);
    assert_eq!(
        (&waiting["count"], &waiting["ageSeconds"]),
        (&json!(22), &json!(20))
    );
    let other = queue.replace("TS-key", "TS2-key");
    assert_eq!(house.get(30, &token, &other).1["count"], 0);
    let later = house.token(4_000);
    assert_eq!(house.get(4_000, &later, queue).1["count"], 0);
}

#[test]
fn a_triggered_send_takes_one_recipient_into_the_same_queue() {
    let mut house = House::new();
    let token = house.token(0);
    let path = "/messaging/v1/messageDefinitionSends/key:TS-key/send";
    let sent = json!({ "To": { "Address": "somebody@example.com", "SubscriberKey": "s-1" } });
    let stall = FaultOrder {
        asset: Some("TS".to_owned()),
        ..order("queue_growth")
    };
    house.order(1, stall);
    let (status, answer) = house.call(2, &token, "POST", path, &sent);
    assert_eq!(status, 202, "{answer}");
    let one = &answer["responses"][0];
    assert_eq!(
        (&one["hasErrors"], &one["messages"]),
        (&json!(false), &json!(["Queued"]))
    );
    assert_eq!(one["recipientSendId"].as_str().expect("an id").len(), 36);
    let queue = "/messaging/v1/email/definitions/TS-key/queue";
    assert_eq!(
        house.get(2, &token, queue).1["count"],
        1 + 1,
        "one of others in a second"
    );
    let (status, _) = house.call(3, &token, "POST", path, &json!({ "To": {} }));
    assert_eq!(status, 400);
    let nobody = path.replace("TS-key", "nobody");
    assert_eq!(house.call(3, &token, "POST", &nobody, &sent).0, 404);
}

#[test]
fn sends_that_are_none_are_refused_by_what_is_wrong() {
    let mut house = House::new();
    let token = house.token(0);
    let (one, many) = (
        "/messaging/v1/email/messages/m",
        "/messaging/v1/email/messages",
    );
    let table = [
        (one, json!({}), 10_002),
        (one, json!({ "recipient": { "contactKey": "a" } }), 10_002),
        (
            one,
            json!({ "definitionKey": "x", "recipient": { "contactKey": "a" } }),
            30_003,
        ),
        (many, json!({ "definitionKey": "TS-key" }), 10_005),
        (
            many,
            json!({ "definitionKey": "TS-key", "recipients": [{}] }),
            10_002,
        ),
        (
            many,
            json!({ "definitionKey": "TS-key", "recipients": vec![json!({}); 2_001] }),
            10_005,
        ),
    ];
    for (path, sent, errorcode) in table {
        let (_, body) = house.call(1, &token, "POST", path, &sent);
        assert_eq!(body["errorcode"], errorcode, "{path}");
    }
}
