//! Create, Update, Delete, Perform and Execute.

use super::{all, at, simple};
use crate::house::{House, order};
use countersign_etframework::xml::Element;
use countersign_sfmc::fault::FaultOrder;

fn row(key: &str, pairs: &[(&str, &str)]) -> String {
    let pairs: String = pairs
        .iter()
        .map(|(name, value)| {
            format!("<Property><Name>{name}</Name><Value>{value}</Value></Property>")
        })
        .collect();
    format!(
        "<Objects xsi:type=\"DataExtensionObject\"><CustomerKey>{key}</CustomerKey>\
         <Properties>{pairs}</Properties></Objects>"
    )
}

fn status(message: &Element) -> Vec<(String, String)> {
    let results = all(message, "Results");
    results
        .iter()
        .map(|one| (at(one, "StatusCode"), at(one, "ErrorCode")))
        .collect()
}

fn told(code: &str, number: &str) -> (String, String) {
    (code.to_owned(), number.to_owned())
}

fn value_of(house: &mut House, id: &str) -> Option<String> {
    let filter = simple("Filter", "id", "equals", &[id]);
    let found = house.retrieve(9, "DataExtensionObject[DE-key]", &["name"], &filter);
    found
        .first()
        .map(|row| at(row, "Properties.Property.Value"))
}

const UPSERT: &str = "<SaveOptions><SaveOption><PropertyName>*</PropertyName>\
                      <SaveAction>UpdateAdd</SaveAction></SaveOption></SaveOptions>";

#[test]
fn rows_are_made_changed_and_deleted_by_their_keys() {
    let mut house = House::new();
    let both = row("DE-key", &[("ID", "n1"), ("name", "a")])
        + &row("DE-key", &[("id", "2"), ("name", "b")]);
    let message = house.change(0, "Create", &both);
    assert_eq!(
        at(&message, "OverallStatus"),
        "Has Errors",
        "row 2 was there before"
    );
    assert_eq!(status(&message), [told("OK", ""), told("Error", "2")]);
    let both = row("DE-key", &[("id", "2"), ("name", "c")])
        + &row("DE-key", &[("id", "n2"), ("name", "d")]);
    let message = house.change(1, "Update", &both);
    assert_eq!(status(&message), [told("OK", ""), told("Error", "3")]);
    assert_eq!(value_of(&mut house, "n1").as_deref(), Some("a"));
    assert_eq!(value_of(&mut house, "2").as_deref(), Some("c"));
    assert_eq!(
        house
            .retrieve(2, "DataExtensionObject[DE-key]", &["id"], "")
            .len(),
        4
    );
    let gone = row("DE-key", &[("id", "2")])
        + &row("DE-key", &[("id", "3")])
        + &row("DE-key", &[("id", "3")]);
    let message = house.change(3, "Delete", &gone);
    assert_eq!(
        status(&message),
        [told("OK", ""), told("OK", ""), told("Error", "3")]
    );
    assert_eq!(
        house
            .retrieve(4, "DataExtensionObject[DE-key]", &["id"], "")
            .len(),
        2
    );
}

#[test]
fn an_upsert_takes_what_is_there_and_what_is_not() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let both = row("DE-key", &[("id", "1"), ("name", "x")])
        + &row("DE-key", &[("id", "n"), ("name", "y")]);
    for action in ["Update", "Create"] {
        let sent = format!("<{action}Request><Options>{UPSERT}</Options>{both}</{action}Request>");
        let (_, message) = house.soap(0, action, &token, &sent);
        assert_eq!(at(&message, "OverallStatus"), "OK", "{action}");
    }
    assert_eq!(value_of(&mut house, "1").as_deref(), Some("x"));
    assert_eq!(value_of(&mut house, "n").as_deref(), Some("y"));
}

#[test]
fn rows_are_the_same_over_rest() {
    let mut house = House::new();
    house.change(
        0,
        "Create",
        &row("EMPTY-key", &[("id", "a"), ("name", "b")]),
    );
    let token = house.token(1);
    let (_, page) = house.get(1, &token, "/data/v1/customobjectdata/key/EMPTY-key/rowset");
    assert_eq!(page["count"], 1);
    assert_eq!(page["items"][0]["keys"]["id"], "a");
    let sent = serde_json::json!([{ "keys": { "id": "z" }, "values": { "colour": "red" } }]);
    house.call(
        2,
        &token,
        "POST",
        "/hub/v1/dataevents/key:EMPTY-key/rowset",
        &sent,
    );
    let found = house.retrieve(
        3,
        "DataExtensionObject[EMPTY-key]",
        &["colour"],
        &simple("Filter", "id", "equals", &["z"]),
    );
    assert_eq!(at(&found[0], "Properties.Property.Value"), "red");
}

#[test]
fn a_row_that_does_not_fit_is_refused() {
    let mut house = House::new();
    let long = "x".repeat(101);
    for (object, words) in [
        (
            row("none", &[("id", "1")]),
            "There is no data extension none",
        ),
        (
            row("DE-key", &[("odd", "1")]),
            "There is no field odd in DE-key",
        ),
        (
            row("DE-key", &[("name", "1")]),
            "The key field id has no value",
        ),
        (
            row("DE-key", &[("id", "9"), ("name", &long)]),
            "The value of name is too long",
        ),
        (
            "<Objects xsi:type=\"DataExtensionObject\"/>".to_owned(),
            "CustomerKey of the data extension is required",
        ),
    ] {
        let message = house.change(0, "Create", &object);
        assert_eq!(at(&message, "OverallStatus"), "Error");
        assert_eq!(at(&message, "Results.StatusMessage"), words);
    }
}

#[test]
fn rows_that_a_fault_loses_are_accepted() {
    for kind in ["zero_rows", "asset_stall", "partial_rows"] {
        let mut house = House::new();
        let id = house.order(
            0,
            FaultOrder {
                asset: Some("DE".to_owned()),
                ..order(kind)
            },
        );
        let message = house.change(1, "Create", &row("DE-key", &[("id", "n"), ("name", "a")]));
        assert_eq!(at(&message, "OverallStatus"), "OK", "{kind}");
        assert_eq!(value_of(&mut house, "n"), None, "{kind}");
        house.platform.mend(&id);
        house.change(2, "Create", &row("DE-key", &[("id", "n"), ("name", "a")]));
        assert_eq!(value_of(&mut house, "n").as_deref(), Some("a"));
    }
}

const NEW_TABLE: &str = "<Objects xsi:type=\"DataExtension\"><CustomerKey>new</CustomerKey><Name>New</Name>\
    <Fields><Field><Name>sku</Name><IsRequired>true</IsRequired><IsPrimaryKey>true</IsPrimaryKey>\
    <FieldType>Text</FieldType></Field><Field><Name>at</Name><FieldType>Date</FieldType></Field></Fields></Objects>";

#[test]
fn a_table_is_made_grows_and_goes() {
    let mut house = House::new();
    let message = house.change(0, "Create", NEW_TABLE);
    assert_eq!(at(&message, "OverallStatus"), "OK");
    let id = at(&message, "Results.NewObjectID");
    let by_id = simple("Filter", "ObjectID", "equals", &[&id]);
    let found = house.retrieve(1, "DataExtension", &["CustomerKey", "CreatedDate"], &by_id);
    assert_eq!(at(&found[0], "CustomerKey"), "new");
    assert_eq!(
        status(&house.change(1, "Create", NEW_TABLE)),
        [told("Error", "1")],
        "the key is taken"
    );
    let more = "<Objects xsi:type=\"DataExtension\"><CustomerKey>new</CustomerKey><Description>d</Description>\
                <Fields><Field><Name>AT</Name></Field><Field><Name>n</Name><FieldType>Number</FieldType>\
                </Field></Fields></Objects>";
    assert_eq!(at(&house.change(2, "Update", more), "OverallStatus"), "OK");
    let of_it = simple("Filter", "DataExtension.CustomerKey", "equals", &["new"]);
    let columns = house.retrieve(
        3,
        "DataExtensionField",
        &["Name", "FieldType", "MaxLength"],
        &of_it,
    );
    let names: Vec<_> = columns
        .iter()
        .map(|one| (at(one, "Name"), at(one, "FieldType")))
        .collect();
    assert_eq!(
        names,
        [told("sku", "Text"), told("at", "Date"), told("n", "Number")]
    );
    assert_eq!(at(&columns[0], "MaxLength"), "50");
    let found = house.retrieve(3, "DataExtension", &["Description"], &by_id);
    assert_eq!(at(&found[0], "Description"), "d");
    house.change(4, "Create", &row("new", &[("sku", "1"), ("n", "2")]));
    assert_eq!(
        house
            .retrieve(5, "DataExtensionObject[new]", &["n"], "")
            .len(),
        1
    );
    let gone = "<Objects xsi:type=\"DataExtension\"><CustomerKey>new</CustomerKey></Objects>";
    assert_eq!(at(&house.change(6, "Delete", gone), "OverallStatus"), "OK");
    assert!(
        house
            .retrieve(7, "DataExtension", &["Name"], &by_id)
            .is_empty()
    );
    assert_eq!(
        status(&house.change(8, "Delete", gone)),
        [told("Error", "3")]
    );
}

#[test]
fn a_table_that_cannot_be_is_refused() {
    let mut house = House::new();
    let table = |fields: &str| {
        format!(
            "<Objects xsi:type=\"DataExtension\"><Name>N</Name><Fields>{fields}</Fields></Objects>"
        )
    };
    for (object, words) in [
        (table(""), "A data extension needs at least one field"),
        (
            table("<Field><FieldType>Text</FieldType></Field>"),
            "A field has no Name",
        ),
        (
            table("<Field><Name>a</Name><FieldType>Odd</FieldType></Field>"),
            "Odd is no type of a field",
        ),
        (
            "<Objects xsi:type=\"DataExtension\"/>".to_owned(),
            "Name is required",
        ),
    ] {
        assert_eq!(
            at(&house.change(0, "Create", &object), "Results.StatusMessage"),
            words
        );
    }
    let key = "<Objects xsi:type=\"DataExtension\"><CustomerKey>DE-key</CustomerKey><Fields><Field>\
               <Name>k</Name><IsPrimaryKey>true</IsPrimaryKey></Field></Fields></Objects>";
    assert_eq!(
        status(&house.change(0, "Update", key)),
        [told("Error", "2")]
    );
}

#[test]
fn a_table_without_a_key_takes_every_row_as_a_new_one() {
    let mut house = House::new();
    let table = "<Objects xsi:type=\"DataExtension\"><CustomerKey>log</CustomerKey><Name>Log</Name><Fields>\
                 <Field><Name>word</Name></Field></Fields></Objects>";
    house.change(0, "Create", table);
    let same = row("log", &[("word", "a")]) + &row("log", &[("word", "a")]);
    assert_eq!(at(&house.change(1, "Create", &same), "OverallStatus"), "OK");
    assert_eq!(
        house
            .retrieve(2, "DataExtensionObject[log]", &["word"], "")
            .len(),
        2
    );
    let of_it = simple("Filter", "DataExtension.CustomerKey", "equals", &["log"]);
    assert_eq!(
        house
            .retrieve(2, "DataExtensionField", &["Name"], &of_it)
            .len(),
        1
    );
    assert_eq!(
        status(&house.change(3, "Update", &row("log", &[("word", "b")]))),
        [told("Error", "3")]
    );
}

#[test]
fn a_subscriber_lives_and_dies() {
    let mut house = House::new();
    let object = |more: &str| {
        format!(
            "<Objects xsi:type=\"Subscriber\"><SubscriberKey>me</SubscriberKey>{more}</Objects>"
        )
    };
    let address = "<EmailAddress>me@example.com</EmailAddress>";
    let made = house.change(0, "Create", &object(address));
    assert_eq!(status(&made), [told("OK", "")]);
    assert_eq!(at(&made, "Results.Object.EmailAddress"), "me@example.com");
    assert_eq!(
        status(&house.change(0, "Create", &object(address))),
        [told("Error", "1")]
    );
    let me = simple("Filter", "SubscriberKey", "equals", &["me"]);
    let look = |house: &mut House| {
        house.retrieve(3, "Subscriber", &["Status", "UnsubscribedDate", "ID"], &me)
    };
    let seen = look(&mut house);
    assert_eq!(
        (at(&seen[0], "Status"), at(&seen[0], "ID")),
        ("Active".to_owned(), at(&made, "Results.NewID"))
    );
    house.change(1, "Update", &object("<Status>Unsubscribed</Status>"));
    let seen = look(&mut house);
    assert_eq!(at(&seen[0], "Status"), "Unsubscribed");
    assert_eq!(at(&seen[0], "UnsubscribedDate"), "2027-01-15T08:00:01");
    assert_eq!(
        at(
            &house.retrieve(3, "ListSubscriber", &["Status"], &me)[0],
            "Status"
        ),
        "Unsubscribed"
    );
    house.change(2, "Delete", &object(""));
    assert!(look(&mut house).is_empty());
    assert_eq!(
        status(&house.change(2, "Delete", &object(""))),
        [told("Error", "3")]
    );
    house.platform.reset(crate::house::at(4));
    assert_eq!(
        status(&house.change(5, "Delete", &object(""))),
        [told("Error", "3")]
    );
}

#[test]
fn things_of_the_estate_can_be_changed_and_taken_away() {
    let mut house = House::new();
    let key = |more: &str| {
        format!("<Objects xsi:type=\"Email\"><CustomerKey>TS-key</CustomerKey>{more}</Objects>")
    };
    house.change(
        0,
        "Update",
        &key("<Subject>New</Subject><Folder>no</Folder><Status>Sent</Status>"),
    );
    let mine = simple("Filter", "CustomerKey", "equals", &["TS-key"]);
    let found = house.retrieve(1, "Email", &["Subject", "Folder"], &mine);
    assert_eq!(
        (at(&found[0], "Subject"), at(&found[0], "Folder")),
        told("New", "my emails")
    );
    house.change(2, "Delete", &key(""));
    assert!(house.retrieve(3, "Email", &["ID"], &mine).is_empty());
    house.platform.reset(crate::house::at(4));
    assert_eq!(
        at(
            &house.retrieve(5, "Email", &["Subject"], &mine)[0],
            "Subject"
        ),
        "name of TS"
    );
}

#[test]
fn objects_that_do_not_do_that_are_refused() {
    let mut house = House::new();
    for (object, code) in [
        ("Role", "5"),
        ("SentEvent", "5"),
        ("SimpleFilterPart", "8"),
        ("Nothing", "8"),
    ] {
        let message = house.change(
            0,
            "Create",
            &format!("<Objects xsi:type=\"{object}\"><Name>x</Name></Objects>"),
        );
        assert_ne!(at(&message, "OverallStatus"), "OK", "{object}");
        let number = status(&message)[0].1.clone();
        assert!(number == code || number == "11", "{object}: {number}");
    }
    assert!(at(&house.change(0, "Create", ""), "OverallStatus").starts_with("Error: "));
}

fn send(subscribers: &str) -> String {
    format!(
        "<Objects xsi:type=\"TriggeredSend\"><TriggeredSendDefinition><CustomerKey>TS-key</CustomerKey>\
         </TriggeredSendDefinition>{subscribers}</Objects>"
    )
}

#[test]
fn messages_are_sent_and_remembered() {
    let mut house = House::new();
    let two = send("<Subscribers><SubscriberKey>a</SubscriberKey></Subscribers><Subscribers/>");
    let message = house.change(0, "Create", &two);
    assert_eq!(at(&message, "OverallStatus"), "OK");
    let result = all(&message, "Results")[0];
    assert_eq!(result.attribute("type"), Some("TriggeredSendCreateResult"));
    assert_eq!(at(result, "SubscriberFailures.Ordinal"), "1");
    let filter = simple("Filter", "SubscriberKey", "equals", &["a"]);
    assert_eq!(
        house
            .retrieved(1, 11, "SentEvent", &["SubscriberKey"], &filter)
            .children
            .iter()
            .filter(|one| one.name == "Results")
            .count(),
        1
    );
    assert_eq!(
        status(&house.change(1, "Create", &send(""))),
        [told("Error", "2")]
    );
    assert_eq!(
        status(&house.change(1, "Create", &send("<Subscribers/>"))),
        [told("Error", "2")]
    );
    let pause = "<Objects xsi:type=\"TriggeredSendDefinition\"><CustomerKey>TS-key</CustomerKey>\
                 <TriggeredSendStatus>Inactive</TriggeredSendStatus></Objects>";
    house.change(2, "Update", pause);
    assert_eq!(
        status(&house.change(3, "Create", &two)),
        [told("Error", "2")],
        "it is paused"
    );
}

#[test]
fn messages_wait_while_the_queue_stands_still() {
    let mut house = House::new();
    house.order(
        0,
        FaultOrder {
            asset: Some("TS".to_owned()),
            ..order("queue_growth")
        },
    );
    house.change(
        0,
        "Create",
        &send("<Subscribers><SubscriberKey>a</SubscriberKey></Subscribers>"),
    );
    let token = house.token(0);
    let (_, queue) = house.get(0, &token, "/messaging/v1/email/definitions/TS-key/queue");
    assert_eq!(queue["count"], 1);
}

fn perform(kind: &str, action: &str, key: &str) -> String {
    format!(
        "<PerformRequestMsg><Action>{action}</Action><Definitions><Definition xsi:type=\"{kind}\">\
         <CustomerKey>{key}</CustomerKey></Definition></Definitions></PerformRequestMsg>"
    )
}

#[test]
fn automations_and_queries_are_started_and_tables_emptied() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let (_, message) = house.soap(
        90,
        "Perform",
        &token,
        &perform("Automation", "start", "AUT-key"),
    );
    assert_eq!(at(&message, "OverallStatus"), "OK");
    assert_eq!(at(&message, "Results.Result.Task.StatusCode"), "OK");
    let found = house.retrieve(91, "Automation", &["LastRunTime"], "");
    assert_eq!(at(&found[0], "LastRunTime"), "2027-01-15T08:01:30");
    let token_p = house.token(91);
    let (_, list) = house.get(91, &token_p, "/automation/v1/automations");
    assert_eq!(list["items"][0]["lastRunTime"], "2027-01-15T08:01:30");
    let (_, message) = house.soap(
        92,
        "Perform",
        &token,
        &perform("QueryDefinition", "Start", "AUT-key-query"),
    );
    assert_eq!(at(&message, "OverallStatus"), "OK");
    let (_, message) = house.soap(
        93,
        "Perform",
        &token,
        &perform("DataExtension", "ClearData", "DE-key"),
    );
    assert_eq!(at(&message, "OverallStatus"), "OK");
    assert!(
        house
            .retrieve(94, "DataExtensionObject[DE-key]", &["id"], "")
            .is_empty()
    );
    for (kind, action, number) in [
        ("Automation", "start", "3"),
        ("Automation", "dance", "5"),
        ("Role", "start", "11"),
    ] {
        let (_, message) = house.soap(95, "Perform", &token, &perform(kind, action, "none"));
        assert_eq!(at(&message, "OverallStatus"), "Error");
        assert_eq!(
            at(&message, "Results.Result.ErrorCode"),
            number,
            "{kind} {action}"
        );
    }
}

#[test]
fn an_unsubscription_can_be_posted() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let execute = |name: &str, key: &str| {
        format!(
            "<ExecuteRequestMsg><Requests><Name>{name}</Name><Parameters><Name>SubscriberKey</Name>\
             <Value>{key}</Value></Parameters></Requests></ExecuteRequestMsg>"
        )
    };
    let (_, message) = house.soap(
        0,
        "Execute",
        &token,
        &execute("LogUnsubEvent", "subscriber-5"),
    );
    assert_eq!(at(&message, "OverallStatus"), "OK");
    let filter = simple("Filter", "Status", "equals", &["Unsubscribed"]);
    let found = house.retrieve(1, "Subscriber", &["SubscriberKey"], &filter);
    assert_eq!(at(&found[0], "SubscriberKey"), "subscriber-5");
    for (name, key, number) in [("LogUnsubEvent", "none", "3"), ("Nothing", "x", "8")] {
        let (_, message) = house.soap(2, "Execute", &token, &execute(name, key));
        assert_eq!(at(&message, "Results.ErrorCode"), number);
    }
}

#[test]
fn what_no_object_does_is_told_for_each() {
    let mut house = House::new();
    let token = house.soap_token(0, 11);
    let sent = "<ConfigureRequestMsg><Action>assign</Action><Configurations>\
                <Configuration xsi:type=\"AccountUser\"/><Configuration xsi:type=\"List\"/></Configurations>\
                </ConfigureRequestMsg>";
    let (_, message) = house.soap(0, "Configure", &token, sent);
    assert_eq!(at(&message, "OverallStatus"), "Error");
    let results = all(message.child("Results").expect("there"), "Result");
    let numbers: Vec<String> = results.iter().map(|one| at(one, "ErrorCode")).collect();
    assert_eq!(numbers, ["5", "5"]);
}
