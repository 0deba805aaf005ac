//! The REST API of core: limits, queries, descriptions, records.

use crate::house::{House, at, call_request};
use countersign_sfmc::request::Answer;
use serde_json::{Value, json};

const BASE: &str = "/services/data/v60.0";

struct Org {
    house: House,
    session: String,
}

impl Org {
    fn new() -> Org {
        let mut house = House::new();
        let session = house.session(0);
        Org { house, session }
    }

    fn ask(&mut self, method: &str, path: &str, sent: &Value) -> (u16, Value) {
        let path = format!("{BASE}{path}");
        self.house.call(1, &self.session, method, &path, sent)
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        self.ask("GET", path, &Value::Null)
    }

    fn query(&mut self, text: &str) -> (u16, Value) {
        let mut request =
            call_request(&self.session, "GET", &format!("{BASE}/query"), &Value::Null);
        request.query.insert("q".to_owned(), text.to_owned());
        let answer = self.house.answer(1, &request);
        (answer.status, crate::house::body(&answer))
    }

    fn refused(&mut self, method: &str, path: &str, sent: &Value) -> (u16, String) {
        let (status, body) = self.ask(method, path, sent);
        (
            status,
            body[0]["errorCode"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    let found = answer.headers.iter().find(|(held, _)| *held == name);
    found.map(|(_, text)| text.clone())
}

#[test]
fn versions_are_shown_to_anybody_and_the_rest_to_sessions() {
    let mut org = Org::new();
    let (status, versions) = org.house.get(1, "", "/services/data/");
    assert_eq!(status, 200);
    assert!(versions.as_array().is_some_and(|all| all.len() > 20));
    assert_eq!(versions[0]["version"], "31.0");
    let (_, resources) = org.get("/");
    assert_eq!(resources["query"], "/services/data/v60.0/query");
    let session = org.session.clone();
    for (path, status) in [
        ("/services/data/v60.0/sobjects", 200),
        ("//SERVICES/data/V60.0/sObjects/", 200),
        ("/services/data/v9.0/sobjects", 404),
        ("/services/data/v60/sobjects", 404),
        ("/services/data/v999999999999.0/sobjects", 404),
        ("/services/data/v60.0/nothing", 404),
        ("/services/apexrest/x", 404),
    ] {
        assert_eq!(org.house.get(1, &session, path).0, status, "{path}");
    }
    assert_eq!(org.house.get(1, "", "/services/data/v60.0/sobjects").0, 401);
}

#[test]
fn calls_are_counted_against_the_days_limit() {
    let mut org = Org::new();
    org.house.set("core_calls_a_day", "3");
    let request = call_request(&org.session, "GET", &format!("{BASE}/limits"), &Value::Null);
    let first = org.house.answer(1, &request);
    assert_eq!(
        header(&first, "sforce-limit-info").as_deref(),
        Some("api-usage=1/3")
    );
    let (_, body) = org.get("/limits");
    assert_eq!(
        body["DailyApiRequests"],
        json!({ "Max": 3, "Remaining": 1 })
    );
    assert_eq!(org.get("/limits").0, 200);
    let (status, code) = org.refused("GET", "/limits", &Value::Null);
    assert_eq!((status, code.as_str()), (403, "REQUEST_LIMIT_EXCEEDED"));
    let session = org.house.session(86_400);
    assert_eq!(
        org.house.get(86_401, &session, &format!("{BASE}/limits")).0,
        200
    );
}

#[test]
fn a_query_shows_what_it_selects_and_where_it_is() {
    let mut org = Org::new();
    let (status, body) =
        org.query("SELECT Id, Email, Account.Name FROM Contact WHERE Email LIKE 'contact1@%'");
    assert_eq!(
        (status, &body["totalSize"], &body["done"]),
        (200, &json!(1), &json!(true))
    );
    let row = &body["records"][0];
    let id = row["Id"].as_str().expect("an id");
    assert_eq!(
        row["attributes"]["url"],
        format!("{BASE}/sobjects/Contact/{id}")
    );
    assert_eq!(row["Email"], "contact1@example.com");
    assert_eq!(row["Account"]["Name"], "Example account 2");
    let (_, count) = org.query("SELECT COUNT() FROM Lead");
    assert_eq!(
        (&count["totalSize"], &count["records"]),
        (&json!(250), &json!([]))
    );
    for (text, code) in [
        ("SELECT Id FROM Nobody", "INVALID_TYPE"),
        ("SELECT Nothing FROM User", "INVALID_FIELD"),
        ("SELECT", "MALFORMED_QUERY"),
    ] {
        let (status, body) = org.query(text);
        assert_eq!(
            (status, &body[0]["errorCode"]),
            (400, &json!(code)),
            "{text}"
        );
    }
    assert_eq!(org.refused("GET", "/query", &Value::Null).0, 400);
    assert_eq!(org.refused("POST", "/query", &json!({})).0, 405);
}

#[test]
fn a_long_result_comes_in_pages() {
    let mut org = Org::new();
    let mut request = call_request(&org.session, "GET", &format!("{BASE}/query/"), &Value::Null);
    request
        .query
        .insert("q".to_owned(), "SELECT Id FROM Lead".to_owned());
    let options = "batchSize=100".to_owned();
    request
        .headers
        .insert("sforce-query-options".to_owned(), options);
    let first = crate::house::body(&org.house.answer(1, &request));
    assert_eq!(
        (&first["done"], &first["totalSize"]),
        (&json!(false), &json!(250))
    );
    assert_eq!(
        first["records"].as_array().map(Vec::len),
        Some(200),
        "the least there is"
    );
    let next = first["nextRecordsUrl"].as_str().expect("a next page");
    let session = org.session.clone();
    let (_, last) = org.house.get(1, &session, next);
    assert_eq!(last["records"].as_array().map(Vec::len), Some(50));
    assert_eq!(
        (&last["done"], last.get("nextRecordsUrl")),
        (&json!(true), None)
    );
    for odd in [
        "/query/01gx",
        "/query/01g000000000001",
        "/query/01g000000000009-0",
        "/query/x",
    ] {
        let (status, code) = org.refused("GET", odd, &Value::Null);
        assert_eq!(
            (status, code.as_str()),
            (400, "INVALID_QUERY_LOCATOR"),
            "{odd}"
        );
    }
}

#[test]
fn a_record_is_made_read_changed_and_deleted() {
    let mut org = Org::new();
    let (status, made) = org.ask(
        "POST",
        "/sobjects/Account",
        &json!({ "name": "CANARY", "AnnualRevenue": 5 }),
    );
    assert_eq!((status, &made["success"]), (201, &json!(true)), "{made}");
    let path = format!("/sobjects/account/{}", made["id"].as_str().expect("an id"));
    let (_, read) = org.get(&path);
    assert_eq!(
        (&read["Name"], &read["AnnualRevenue"]),
        (&json!("CANARY"), &json!(5))
    );
    assert!(
        read["OwnerId"]
            .as_str()
            .is_some_and(|id| id.starts_with("005"))
    );
    assert_eq!(org.ask("PATCH", &path, &json!({ "Name": "other" })).0, 204);
    let (_, read) = org.get(&format!("{}?fields=Name,Id", &path[..path.len() - 3]));
    assert_eq!(
        read.as_object().map(|fields| fields.len()),
        Some(3),
        "{read}"
    );
    assert_eq!(read["Name"], "other");
    assert_eq!(
        org.query("SELECT Id FROM Account WHERE Name = 'other'").1["totalSize"],
        1
    );
    assert_eq!(org.ask("DELETE", &path, &Value::Null).0, 204);
    assert_eq!(
        org.refused("GET", &path, &Value::Null),
        (404, "NOT_FOUND".to_owned())
    );
    assert_eq!(org.ask("DELETE", &path, &Value::Null).0, 404);
    let (_, made) = org.ask(
        "POST",
        "/sobjects/Lead",
        &json!({ "LastName": "L", "Company": "C" }),
    );
    let path = format!("/sobjects/Lead/{}", made["id"].as_str().expect("an id"));
    assert_eq!(org.get(&path).1["Name"], "L");
}

#[test]
fn what_cannot_be_written_is_told_by_code_and_field() {
    let mut org = Org::new();
    let table = [
        (
            "POST",
            "/sobjects/Account",
            json!({}),
            400,
            "REQUIRED_FIELD_MISSING",
        ),
        (
            "POST",
            "/sobjects/Account",
            json!({ "Name": "" }),
            400,
            "REQUIRED_FIELD_MISSING",
        ),
        (
            "POST",
            "/sobjects/Account",
            json!({ "Nome": "a" }),
            400,
            "INVALID_FIELD",
        ),
        (
            "POST",
            "/sobjects/Account",
            json!({ "Name": 7 }),
            400,
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
        ),
        (
            "POST",
            "/sobjects/Account",
            json!({ "Id": "a" }),
            400,
            "INVALID_FIELD_FOR_INSERT_UPDATE",
        ),
        (
            "POST",
            "/sobjects/Account",
            json!([]),
            400,
            "JSON_PARSER_ERROR",
        ),
        (
            "POST",
            "/sobjects/User",
            json!({}),
            400,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        ),
        ("POST", "/sobjects/Nobody", json!({}), 404, "NOT_FOUND"),
        (
            "PATCH",
            "/sobjects/Account/001000000000001AAA",
            json!({ "x": 1 }),
            400,
            "INVALID_FIELD",
        ),
        (
            "PATCH",
            "/sobjects/Account/001000000009999AAA",
            json!({}),
            404,
            "NOT_FOUND",
        ),
        (
            "PUT",
            "/sobjects/Account/001000000000001AAA",
            json!({}),
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            "GET",
            "/sobjects/Account/short",
            Value::Null,
            404,
            "NOT_FOUND",
        ),
        (
            "GET",
            "/sobjects/Account/001000000000001AAA?fields=x",
            Value::Null,
            400,
            "INVALID_FIELD",
        ),
        (
            "DELETE",
            "/sobjects/User/005000000000001AAA",
            Value::Null,
            405,
            "METHOD_NOT_ALLOWED",
        ),
    ];
    for (method, path, sent, status, code) in table {
        let told = org.refused(method, path, &sent);
        assert_eq!(told, (status, code.to_owned()), "{method} {path} {sent}");
    }
    let (_, missing) = org.ask("POST", "/sobjects/Lead", &json!({}));
    assert_eq!(missing[0]["fields"], json!(["LastName", "Company"]));
}

#[test]
fn a_description_names_every_field_a_query_may_ask_for() {
    let mut org = Org::new();
    let (_, all) = org.get("/sobjects");
    for object in all["sobjects"].as_array().expect("objects") {
        let name = object["name"].as_str().expect("a name");
        let (status, described) = org.get(&format!("/sobjects/{name}/describe"));
        assert_eq!((status, &described["name"]), (200, &object["name"]));
        let fields = described["fields"].as_array().expect("fields");
        let names: Vec<&str> = fields
            .iter()
            .filter_map(|field| field["name"].as_str())
            .collect();
        let (status, body) = org.query(&format!("SELECT {} FROM {name} LIMIT 1", names.join(",")));
        assert_eq!(status, 200, "{body}");
        let shown = body["records"][0].as_object().expect("a record");
        assert_eq!(shown.len(), names.len() + 1);
        assert_eq!(
            org.get(&format!("/sobjects/{name}")).1["objectDescribe"]["name"],
            name
        );
    }
}

#[test]
fn users_tell_who_is_active_and_who_signed_in_when() {
    let mut org = Org::new();
    let text = "SELECT Id, IsActive, LastLoginDate FROM User WHERE Username = 'crm@example.com'";
    let (_, body) = org.query(text);
    let user = body["records"][0].clone();
    assert_eq!(user["IsActive"], true);
    let told = user["LastLoginDate"].as_str().expect("a time");
    assert_eq!(told, "2027-01-15T08:00:00.000+0000");
    assert_eq!(at(0).to_string(), "2027-01-15T08:00:00Z");
    let path = format!("/sobjects/User/{}", user["Id"].as_str().expect("an id"));
    assert_eq!(
        org.ask("PATCH", &path, &json!({ "IsActive": false })).0,
        204
    );
    assert_eq!(org.get("/limits").0, 401, "who takes himself out is out");
    let (status, _) = org
        .house
        .signed_in(2, &[("grant_type", "client_credentials")]);
    assert_eq!(status, 400);
}
