//! What clients list and read beside journeys and tables: campaigns, content, activities, older
//! lists, and rows written without waiting.

use crate::house::{House, VIEWS, call_request, minutes, order};
use countersign_sfmc::fault::FaultOrder;
use serde_json::{Value, json};

const QUERY: &str = "/asset/v1/content/assets/query";
const SETUP: &str = "/platform/v1/setup/quickflow/data";
const ASYNC: &str = "/data/v1/async/dataextensions/key:EMPTY-key/rows";
const KINDS: [(&str, &str, &str); 6] = [
    ("queries", "queryDefinitionId", "key"),
    ("scripts", "ssjsActivityId", "key"),
    ("imports", "importDefinitionId", "customerKey"),
    ("filetransfers", "id", "customerKey"),
    ("dataextracts", "dataExtractDefinitionId", "key"),
    ("filters", "filterActivityId", "customerKey"),
];

/// A house and a token of the package that looks around.
fn house() -> (House, String) {
    let mut house = House::new();
    let token = house.token_of(0, "V");
    (house, token)
}

fn names(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().expect("items");
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[test]
fn every_route_needs_one_of_its_scopes_before_anything_is_looked_up() {
    let table = [
        ("GET", "/hub/v1/campaigns", "campaign_read"),
        ("GET", "/hub/v1/campaigns/NOWHERE", "campaign_read"),
        ("GET", "/legacy/v1/beta2/data/campaign", "campaign_read"),
        ("POST", QUERY, "saved_content_read"),
        ("GET", "/asset/v1/content/assets", "saved_content_read"),
        (
            "GET",
            "/asset/v1/content/assets/NOWHERE",
            "saved_content_read",
        ),
        ("GET", "/asset/v1/content/categories", "saved_content_read"),
        ("GET", "/automation/v1/queries", "automations_read"),
        ("GET", "/automation/v1/imports/NOWHERE", "automations_read"),
        (
            "GET",
            "/legacy/v1/beta/bulk/automations/automation/definition",
            "automations_read",
        ),
        ("GET", SETUP, "users_read"),
        ("GET", "/messaging/v1/sms/definitions", "sms_read"),
        ("GET", "/messaging/v1/push/definitions/NOWHERE", "push_read"),
        ("POST", ASYNC, "data_extensions_write"),
        ("PUT", ASYNC, "data_extensions_write"),
        (
            "GET",
            "/data/v1/async/NOWHERE/status",
            "data_extensions_read",
        ),
        (
            "GET",
            "/data/v1/async/NOWHERE/results",
            "data_extensions_read",
        ),
    ];
    for (method, path, scope) in table {
        let mut house = House::new();
        let others = VIEWS.iter().filter(|held| **held != scope);
        let without = others.copied().collect::<Vec<_>>().join(" ");
        for (scope, refused) in [(scope, false), (without.as_str(), true)] {
            let fields =
                json!({ "client_id": "client-V", "client_secret": "CANARY-V-1", "scope": scope });
            let (_, minted) = house.mint(0, fields);
            let token = minted["access_token"].as_str().expect("a token");
            let (status, body) = house.call(1, token, method, path, &Value::Null);
            assert_eq!(
                status == 403,
                refused,
                "{method} {path} with {scope}: {body}"
            );
        }
    }
}

#[test]
fn what_a_new_user_chooses_from_has_roles_that_soap_leaves_out() {
    let (mut house, token) = house();
    let (status, body) = house.get(1, &token, SETUP);
    assert_eq!(status, 200, "{body}");
    let listed = |field: &str, name: &str| -> Vec<String> {
        let items = body[field].as_array().expect("a list").iter();
        items
            .map(|one| one[name].as_str().expect("text").to_owned())
            .collect()
    };
    let roles = listed("roles", "roleName");
    let said = ["Administrator", "Marketing Cloud Administrator"];
    assert!(said.iter().all(|one| roles.iter().any(|role| role == one)));
    assert!(listed("roles", "roleID").iter().all(|id| id.len() == 36));
    assert_eq!(listed("languages", "Key"), ["en-US"]);
    assert!(listed("timeZones", "id").contains(&"1".to_owned()));
    assert_eq!(body["defaultUserData"]["defaultTimeZone"], "1");
}

#[test]
fn each_part_lists_its_routes_to_whoever_holds_a_token() {
    let mut house = House::new();
    let fields =
        json!({ "client_id": "client-V", "client_secret": "CANARY-V-1", "scope": "email_read" });
    let (_, minted) = house.mint(0, fields);
    let token = minted["access_token"].as_str().expect("a token").to_owned();
    for part in ["data", "Asset", "automation", "ott", "SMS"] {
        let path = format!("/{part}/v1/rest");
        let (status, body) = house.get(1, &token, &path);
        assert_eq!((status, &body["version"]), (200, &json!("v1")), "{part}");
    }
    let (_, data) = house.get(1, &token, "/data/v1/rest");
    let rows = &data["methods"]["get customobjectdata/key/{key}/rowset"];
    assert_eq!(rows["httpMethod"], "GET", "{data}");
    assert_eq!(
        house.get(1, &token, "/platform/v1/rest/experimental").0,
        200
    );
    assert_eq!(house.get(1, &token, "/nothing/v1/rest").0, 404);
}

#[test]
fn content_lies_in_the_one_category_that_there_is() {
    let (mut house, token) = house();
    let (status, all) = house.get(1, &token, "/asset/v1/content/categories");
    assert_eq!((status, &all["count"]), (200, &json!(1)), "{all}");
    assert_eq!(names(&all), ["Content Builder"]);
    let (_, assets) = house.get(1, &token, "/asset/v1/content/assets");
    assert_eq!(assets["items"][0]["category"]["id"], all["items"][0]["id"]);
}

#[test]
fn an_extract_read_alone_tells_its_fields_and_a_list_does_not() {
    let (mut house, token) = house();
    let (_, all) = house.get(1, &token, "/automation/v1/dataextracts/");
    let listed = &all["items"][0];
    assert_eq!(listed["dataFields"], Value::Null);
    let id = listed["dataExtractDefinitionId"].as_str().expect("an id");
    let (status, one) = house.get(1, &token, &format!("/automation/v1/dataextracts/{id}"));
    assert_eq!(status, 200);
    let fields = one["dataFields"].as_array().expect("a list");
    let key = fields.iter().find(|field| field["name"] == "DECustomerKey");
    assert_eq!(key.expect("the table")["type"], "string", "{one}");
}

#[test]
fn campaigns_are_listed_in_two_shapes_and_read_by_number() {
    let (mut house, token) = house();
    let (status, all) = house.get(1, &token, "//HUB/v1/campaigns/?$page=1&$pageSize=10");
    assert_eq!(
        (status, &all["count"], &all["pageSize"]),
        (200, &json!(1), &json!(10))
    );
    assert_eq!(names(&all), ["name of CAMP"]);
    let path = format!(
        "/hub/v1/campaigns/{}",
        all["items"][0]["id"].as_str().expect("text")
    );
    assert_eq!(house.get(1, &token, &path).1, all["items"][0]);
    assert_eq!(house.get(1, &token, "/hub/v1/campaigns/0").0, 404);
    let (_, older) = house.get(1, &token, "/legacy/v1/beta2/data/campaign");
    assert_eq!(
        (&older["startIndex"], &older["totalResults"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(older["entry"][0]["externalKey"], "CAMP-key");
}

#[test]
fn content_is_queried_by_any_property_sorted_and_cut() {
    let query = |sent: Value| {
        let (mut house, token) = house();
        house.call(1, &token, "POST", QUERY, &sent)
    };
    let one = |property: &str, operator: &str, value: Value| json!({ "property": property, "simpleOperator": operator, "value": value });
    let both = |left: &Value, join: &str, right: &Value| json!({ "leftOperand": left, "logicalOperator": join, "rightOperand": right });
    let named = one("name", "equals", json!("NAME of TS"));
    let other = one("customerKey", "equal", json!("TS2-key"));
    let table = [
        (json!({}), 2),
        (json!({ "query": named }), 1),
        (json!({ "query": one("name", "like", json!("%of ts%")) }), 2),
        (
            json!({ "query": one("name", "startsWith", json!("of")) }),
            0,
        ),
        (
            json!({ "query": one("assetType.id", "in", json!([207, 208])) }),
            2,
        ),
        (
            json!({ "query": one("assetType.id", "equals", json!("207")) }),
            2,
        ),
        (
            json!({ "query": one("assetType.id", "greaterThan", json!(207)) }),
            0,
        ),
        (
            json!({ "query": one("assetType.id", "lessThanOrEqual", json!(207)) }),
            2,
        ),
        (
            json!({ "query": one("assetType.name", "notEquals", json!("htmlemail")) }),
            2,
        ),
        (
            json!({ "query": one("nothing.here", "isNull", Value::Null) }),
            2,
        ),
        (json!({ "query": one("name", "isNotNull", Value::Null) }), 2),
        (json!({ "query": both(&named, "OR", &other) }), 2),
        (json!({ "query": both(&named, "and", &other) }), 0),
        (
            json!({ "query": both(&other, "AND", &both(&named, "OR", &other)) }),
            1,
        ),
    ];
    for (sent, n) in table {
        let (status, body) = query(sent.clone());
        assert_eq!((status, &body["count"]), (200, &json!(n)), "{sent}");
        assert_eq!(names(&body).len(), n, "{sent}");
    }
    let sort = json!([{ "property": "name", "direction": "DESC" }]);
    let cut = json!({ "page": { "page": 1, "pageSize": 1 }, "sort": sort, "fields": ["name"] });
    let (_, body) = query(cut);
    assert_eq!(
        (&body["count"], names(&body)),
        (&json!(2), vec!["name of TS2"])
    );
    assert_eq!(
        body["items"][0].as_object().map(|held| held.len()),
        Some(5),
        "name, and what is always there"
    );
    for odd in [
        json!({ "query": {} }),
        json!({ "query": one("name", "resembles", json!("x")) }),
        json!({ "query": both(&named, "XOR", &other) }),
        json!([]),
    ] {
        assert_eq!(query(odd.clone()).0, 400, "{odd}");
    }
    let mut deep = named;
    for _ in 0..40 {
        deep = both(&deep, "AND", &other);
    }
    assert_eq!(query(json!({ "query": deep })).0, 400, "nested too deeply");
}

#[test]
fn content_is_listed_by_a_comparison_in_the_address_and_read_by_its_number() {
    let (mut house, token) = house();
    let mut request = call_request(&token, "GET", "/asset/v1/content/assets", &Value::Null);
    for (filter, n) in [
        ("name eq 'name of TS'", 1),
        ("customerKey=TS2-key", 1),
        ("id gt 0", 2),
        ("name eq 'nobody'", 0),
    ] {
        request
            .query
            .insert("$filter".to_owned(), filter.to_owned());
        let body = crate::house::body(&house.answer(1, &request));
        assert_eq!(body["count"], n, "{filter}");
    }
    for odd in ["", "name", "name resembles 'x'", "name eq 'open", "= x"] {
        request.query.insert("$filter".to_owned(), odd.to_owned());
        assert_eq!(house.answer(1, &request).status, 400, "{odd}");
    }
    for (order, first) in [("Name desc", "name of TS2"), ("name", "name of TS")] {
        request.query.remove("$filter");
        request
            .query
            .insert("$orderby".to_owned(), order.to_owned());
        request
            .query
            .insert("$fields".to_owned(), "name, customerKey".to_owned());
        let body = crate::house::body(&house.answer(1, &request));
        assert_eq!(names(&body)[0], first, "{order}");
        assert_eq!(body["items"][0].as_object().map(|held| held.len()), Some(3));
    }
    let (_, all) = house.get(1, &token, "/asset/v1/content/assets");
    let item = &all["items"][0];
    let path = format!("/asset/v1/content/assets/{}", item["id"]);
    assert_eq!(&house.get(1, &token, &path).1, item);
    assert_eq!(house.get(1, &token, "/asset/v1/content/assets/0").0, 404);
}

#[test]
fn every_activity_of_an_automation_is_in_its_own_list_and_can_be_read() {
    let (mut house, token) = house();
    let (_, automation) = house.get(1, &token, "/automation/v1/automations/AUT-key");
    let steps = automation["steps"].as_array().expect("steps").clone();
    assert_eq!(steps.len(), KINDS.len());
    for (kind, id, key) in KINDS {
        let (status, all) = house.get(
            1,
            &token,
            &format!("/automation/v1/{kind}/?$page=1&$pageSize=50"),
        );
        assert_eq!((status, &all["count"]), (200, &json!(2)), "{kind}");
        assert_eq!(
            all["pageSize"],
            if kind == "queries" { 25 } else { 50 },
            "{kind}"
        );
        let item = &all["items"][0];
        let in_steps = |step: &Value| step["activities"][0]["activityObjectId"] == item[id];
        assert!(steps.iter().any(in_steps), "{kind}");
        for name in [id, key] {
            let path = format!(
                "/automation/v1/{kind}/{}",
                item[name].as_str().expect("text")
            );
            let (_, mut alone) = house.get(1, &token, &path);
            // Fields of an extract are told of it alone.
            let fields = alone
                .as_object_mut()
                .expect("an object")
                .remove("dataFields");
            assert_eq!(fields.is_some(), kind == "dataextracts", "{path}");
            assert_eq!(&alone, item, "{path}");
        }
        assert_eq!(
            house
                .get(1, &token, &format!("/automation/v1/{kind}/nobody"))
                .0,
            404
        );
    }
}

#[test]
fn older_lists_count_pages_from_0_and_do_not_heed_the_size_asked_for() {
    let (mut house, token) = house();
    let path = "/legacy/v1/beta/bulk/automations/automation/definition/";
    let (status, first) = house.get(1, &token, &format!("{path}?$top=1&$skip=0"));
    assert_eq!(status, 200);
    let told = [
        &first["startIndex"],
        &first["itemsPerPage"],
        &first["totalResults"],
    ];
    assert_eq!(told, [&json!(0), &json!(50), &json!(2)]);
    assert_eq!(first["entry"].as_array().map(Vec::len), Some(2));
    let (_, second) = house.get(1, &token, &format!("{path}?$top=1&$skip=1"));
    assert_eq!(
        (&second["startIndex"], &second["entry"]),
        (&json!(50), &json!([]))
    );
    let id = first["entry"][0]["id"].as_str().expect("text").to_owned();
    assert_eq!(
        house.get(1, &token, &format!("{path}{id}")).1,
        first["entry"][0]
    );
    let told = format!("/legacy/v1/beta/automations/notifications/{id}");
    let (_, body) = house.get(1, &token, &told);
    assert_eq!(body["programId"], json!(id));
    assert_eq!(body["workers"][0]["notificationType"], "Error");
    house.set("automations_notify", "off");
    assert_eq!(house.get(1, &token, &told).1["workers"], json!([]));
    assert_eq!(house.get(1, &token, &format!("{path}nobody")).0, 404);
    for (list, n) in [
        ("messaging/deliverypolicy", 1),
        ("mobile/code", 0),
        ("mobile/keyword", 0),
    ] {
        let (_, body) = house.get(1, &token, &format!("/legacy/v1/beta/{list}/"));
        assert_eq!(body["totalResults"], n, "{list}");
    }
    house.order(
        2,
        FaultOrder {
            asset: Some("AUT".to_owned()),
            ..order("asset_stall")
        },
    );
    let (_, paused) = house.get(3, &token, path);
    let status = |place: usize| paused["entry"][place]["status"].clone();
    assert_eq!(
        (status(0), status(1)),
        (json!("PausedSchedule"), json!("Scheduled"))
    );
}

#[test]
fn channels_that_are_not_used_have_empty_lists() {
    let (mut house, token) = house();
    for channel in ["sms", "push"] {
        let path = format!("/messaging/v1/{channel}/definitions");
        let (status, body) = house.get(1, &token, &format!("{path}/?$page=1"));
        assert_eq!(
            (status, &body["definitions"], &body["count"]),
            (200, &json!([]), &json!(0))
        );
        assert_eq!(house.get(1, &token, &format!("{path}/any")).0, 404);
    }
}

#[test]
fn rows_written_without_waiting_are_pending_and_then_complete() {
    let (mut house, token) = house();
    let rows = json!({ "items": [{ "id": "1", "a": "x" }, { "id": "2", "a": "y" }] });
    for (method, second) in [("POST", 0), ("PUT", 100)] {
        let (status, body) = house.call(second, &token, method, ASYNC, &rows);
        assert_eq!(status, 202, "{body}");
        let id = body["requestId"].as_str().expect("text").to_owned();
        let look = |house: &mut House, at: i64, what: &str| {
            house
                .get(at, &token, &format!("/data/v1/async/{id}/{what}"))
                .1
        };
        let early = look(&mut house, second + 4, "status");
        assert_eq!(early["status"]["requestStatus"], "Pending");
        assert_eq!(look(&mut house, second + 4, "results")["count"], 0);
        let late = look(&mut house, second + 5, "status");
        assert_eq!(late["status"]["requestStatus"], "Complete");
        assert_eq!(late["status"]["hasErrors"], false);
        let results = look(&mut house, second + 5, "results");
        assert_eq!(
            (&results["count"], &results["items"][1]["status"]),
            (&json!(2), &json!("OK"))
        );
        let (_, table) = house.get(
            second + 5,
            &token,
            "/data/v1/customobjectdata/key/EMPTY-key/rowset",
        );
        assert_eq!(table["count"], 2, "the same rows are the same rows");
    }
}

#[test]
fn a_bulk_request_is_bounded_and_known_to_its_own_unit() {
    let (mut house, token) = house();
    for (sent, status) in [
        (json!({}), 400),
        (json!({ "items": [] }), 400),
        (json!({ "items": [7] }), 400),
        (json!({ "items": vec![json!({}); 32_001] }), 400),
    ] {
        assert_eq!(house.call(1, &token, "POST", ASYNC, &sent).0, status);
    }
    let rows = json!({ "items": [{ "id": "1" }] });
    let nowhere = ASYNC.replace("EMPTY", "NOWHERE");
    assert_eq!(house.call(1, &token, "POST", &nowhere, &rows).0, 404);
    let (_, body) = house.call(1, &token, "POST", ASYNC, &rows);
    let path = format!(
        "/data/v1/async/{}/status",
        body["requestId"].as_str().expect("text")
    );
    let (_, parent) = house.mint(
        1,
        json!({ "client_id": "client-V", "client_secret": "CANARY-V-1", "account_id": 10 }),
    );
    let parent = parent["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(house.get(2, &token, &path).0, 200);
    assert_eq!(house.get(2, &parent, &path).0, 404);
    house.order(
        2,
        FaultOrder {
            asset: Some("EMPTY".to_owned()),
            lasts: minutes(1),
            ..order("zero_rows")
        },
    );
    let more = json!({ "items": [{ "id": "2" }] });
    assert_eq!(
        house.call(3, &token, "POST", ASYNC, &more).0,
        202,
        "accepted and lost"
    );
    let rows = "/data/v1/customobjectdata/key/EMPTY-key/rowset";
    assert_eq!(house.get(4, &token, rows).1["count"], 1);
}
