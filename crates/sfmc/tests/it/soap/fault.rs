//! What is wrong with a call as a whole, and what breaks it.

use super::{all, at, content, raw_content, retrieve_request, soap_request, text};
use crate::house::{House, order};
use countersign_etframework::xml::{BYTES_MAX, DEPTH_MAX};
use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::request::Reply;
use countersign_sfmc::token::Presented;

fn list() -> String {
    retrieve_request("List", &["ID"], "")
}

fn broken(house: &mut House, kind: &str) -> String {
    house.order(
        0,
        FaultOrder {
            credential: Some("S".to_owned()),
            ..order(kind)
        },
    )
}

/// Breaks a package's calls, looks, mends and looks again.
fn check(kind: &str, code: &str, words: &str, number: Option<&str>) {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let id = broken(&mut house, kind);
    let (status, fault) = house.soap(1, "Retrieve", &token, &list());
    assert_eq!((status, fault.name.as_str()), (500, "Fault"), "{kind}");
    assert_eq!(
        (
            at(&fault, "faultcode").as_str(),
            at(&fault, "faultstring").as_str()
        ),
        (code, words)
    );
    assert_eq!(
        at(&fault, "faultactor"),
        "http://platform.test/Service.asmx"
    );
    assert_eq!(
        at(&fault, "detail.apifault.Code"),
        number.unwrap_or_default()
    );
    assert_eq!(fault.child("detail").is_some(), number.is_some());
    assert_eq!(house.platform.mend(&id), 1);
    assert_eq!(
        house.soap(2, "Retrieve", &token, &list()).0,
        200,
        "{kind} is mended"
    );
}

#[test]
fn faults_of_the_platform_are_server_faults_with_a_number() {
    check(
        "platform_outage",
        "soap:Server",
        "Unplanned Outage",
        Some("2"),
    );
    check("rest_5xx", "soap:Server", "Unexpected Error", Some("2"));
    check("rate_limited", "soap:Server", "Rate Limited", Some("17"));
    check("ip_blocked", "soap:Client", "Authorization Failure", None);
}

#[test]
fn a_token_past_its_life_says_so_letter_for_letter() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let answer = house.answer(1_200, &soap_request("Retrieve", &token, &list()));
    assert_eq!(answer.status, 500);
    let fault = "<soap:Fault><faultcode xmlns:q0=\"http://docs.oasis-open.org/wss/2004/01/\
                 oasis-200401-wss-wssecurity-secext-1.0.xsd\">q0:Security</faultcode>\
                 <faultstring>Token Expired</faultstring>\
                 <faultactor>http://platform.test/Service.asmx</faultactor></soap:Fault>";
    assert_eq!(raw_content(&answer), fault);
    let action = "<wsa:Action>http://schemas.xmlsoap.org/ws/2004/08/addressing/fault</wsa:Action>";
    assert!(text(&answer).contains(action));
}

#[test]
fn a_token_that_is_none_or_was_killed_is_a_failed_login() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    broken(&mut house, "token_revoked");
    for token in ["", "rubbish", token.as_str()] {
        let (status, fault) = house.soap(1, "Retrieve", token, &list());
        assert_eq!(
            (status, at(&fault, "faultstring").as_str()),
            (500, "Login Failed"),
            "{token:?}"
        );
    }
    house.set("soap_revoked_is_expired", "1");
    let (_, fault) = house.soap(1, "Retrieve", &token, &list());
    assert_eq!(at(&fault, "faultstring"), "Token Expired");
    let entries: Vec<Presented> = house
        .platform
        .ledger()
        .after(1)
        .map(|entry| entry.token)
        .collect();
    let expected = [
        Presented::None,
        Presented::Unknown,
        Presented::Revoked,
        Presented::Revoked,
    ];
    assert_eq!(entries, expected);
    assert_eq!(house.platform.ledger().dead_calls(), 3);
}

#[test]
fn the_ledger_says_who_called_for_what_and_what_came_of_it() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    house.soap(1, "Retrieve", &token, &list());
    house.soap(2, "Nothing", &token, "<Nothing/>");
    let entries: Vec<_> = house.platform.ledger().after(1).collect();
    let told = |n: usize| {
        (
            entries[n].method.as_str(),
            entries[n].route.as_str(),
            entries[n].status,
        )
    };
    assert_eq!(told(0), ("POST", "/Service.asmx#Retrieve", 200));
    assert_eq!(told(1), ("POST", "/Service.asmx", 500));
    assert_eq!(entries[0].client_id.as_deref(), Some("client-S"));
    assert_eq!(
        (entries[0].credential.as_deref(), entries[0].mid),
        (Some("S"), Some(11))
    );
    assert_eq!(entries[0].token, Presented::Valid);
    assert_eq!(
        house.platform.ledger().mints().minted,
        1,
        "a call is no token request"
    );
}

#[test]
fn a_partition_brings_no_answer() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    broken(&mut house, "partition");
    assert_eq!(
        house.reply(1, &soap_request("Retrieve", &token, &list())),
        Reply::Drop
    );
}

#[test]
fn an_address_that_is_not_allowed_stays_outside() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let allowed = vec!["10.0.0.0/8".parse().expect("a range")];
    house
        .platform
        .set_allowlist("one", allowed)
        .expect("a tenant");
    let mut request = soap_request("Retrieve", &token, &list());
    for (peer, status) in [("10.1.2.3", 200), ("192.0.2.1", 500)] {
        request.peer = Some(peer.parse().expect("an address"));
        assert_eq!(house.answer(1, &request).status, status, "{peer}");
    }
}

#[test]
fn calls_beyond_the_rate_are_throttled_with_those_over_rest() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    house.set("rest_rate_per_s", "1");
    let status: Vec<u16> = (0..4)
        .map(|_| house.soap(1, "Retrieve", &token, &list()).0)
        .collect();
    assert_eq!(status, [200, 200, 500, 500]);
    assert_eq!(house.get(1, &token, crate::house::CONTEXT).0, 429);
}

#[test]
fn how_the_service_is_can_be_asked_while_calls_fail() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let ask = |house: &mut House| {
        let (status, message) =
            house.soap(1, "GetSystemStatus", &token, "<SystemStatusRequestMsg/>");
        (status, at(&message, "Results.Result.SystemStatus"))
    };
    assert_eq!(ask(&mut house), (200, "OK".to_owned()));
    broken(&mut house, "rest_5xx");
    assert_eq!(ask(&mut house), (200, "UnplannedOutage".to_owned()));
    broken(&mut house, "platform_outage");
    assert_eq!(ask(&mut house).0, 500);
}

#[test]
fn a_fault_of_an_asset_hits_the_calls_about_it() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    house.order(
        0,
        FaultOrder {
            asset: Some("DE".to_owned()),
            ..order("rest_5xx")
        },
    );
    let sent = |object: &str| retrieve_request(object, &["id"], "");
    assert_eq!(
        house
            .soap(1, "Retrieve", &token, &sent("DataExtensionObject[DE-key]"))
            .0,
        500
    );
    assert_eq!(
        house
            .soap(
                1,
                "Retrieve",
                &token,
                &sent("DataExtensionObject[EMPTY-key]")
            )
            .0,
        200
    );
}

#[test]
fn a_call_that_says_two_things_or_nothing_known_is_refused() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    for (action, sent) in [
        ("Delete", list()),
        ("Retrieve", "<Unknown/>".to_owned()),
        ("", String::new()),
    ] {
        let (status, fault) = house.soap(1, action, &token, &sent);
        assert_eq!(
            (status, at(&fault, "faultcode").as_str()),
            (500, "soap:Client"),
            "{action}"
        );
        assert!(at(&fault, "faultstring").contains("action"));
    }
}

#[test]
fn hostile_bodies_are_faults() {
    let mut house = House::new();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><Envelope>&c;</Envelope>";
    let bodies: [(&str, Vec<u8>); 7] = [
        ("nothing", Vec::new()),
        ("json", b"{}".to_vec()),
        ("bomb", bomb.as_bytes().to_vec()),
        ("deep", "<Envelope>".repeat(DEPTH_MAX * 10).into_bytes()),
        ("huge", vec![b'a'; BYTES_MAX + 1]),
        (
            "utf-16",
            "<Envelope/>"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        ),
        ("html", b"<html/>".to_vec()),
    ];
    for (what, body) in bodies {
        let mut request = soap_request("Retrieve", "", "");
        request.body = body;
        let answer = house.answer(0, &request);
        let fault = content(&answer);
        assert_eq!(
            (answer.status, at(&fault, "faultcode").as_str()),
            (500, "soap:Client"),
            "{what}"
        );
        assert!(fault.child("detail").is_none());
    }
    assert_eq!(
        text(&countersign_sfmc::too_large())
            .matches("soap:Client")
            .count(),
        1
    );
}

#[test]
fn a_scope_that_lacks_is_told_before_anything_is_looked_up() {
    let mut house = House::new();
    let token = house.token_of(0, "Q");
    let (status, message) = house.soap(
        1,
        "Retrieve",
        &token,
        &retrieve_request("DataExtensionObject[none]", &["x"], ""),
    );
    assert_eq!(status, 200);
    assert!(at(&message, "OverallStatus").starts_with("Error: API Permission Failed"));
    for action in ["Create", "Update", "Delete"] {
        let sent = format!("<{action}Request><Objects xsi:type=\"List\"/></{action}Request>");
        let (status, message) = house.soap(1, action, &token, &sent);
        assert_eq!(
            (status, at(&message, "OverallStatus").as_str()),
            (200, "Error")
        );
        let result = all(&message, "Results")[0];
        assert_eq!(at(result, "ErrorCode"), "11");
        assert!(
            at(result, "StatusMessage").starts_with("API Permission Failed"),
            "{action}"
        );
    }
}
