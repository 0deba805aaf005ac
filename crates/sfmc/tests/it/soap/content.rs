//! What there is to retrieve.

use super::{all, at, simple};
use crate::house::{House, order};
use countersign_etframework::xml::Element;
use countersign_sfmc::fault::FaultOrder;
use countersign_sfmc::package::Edit;

fn values(results: &[Element], path: &str) -> Vec<String> {
    results.iter().map(|one| at(one, path)).collect()
}

#[test]
fn tables_are_those_of_the_estate_with_their_columns_and_rows() {
    let mut house = House::new();
    let tables = house.retrieve(
        0,
        "DataExtension",
        &["CustomerKey", "Name", "Client.ID"],
        "",
    );
    assert_eq!(values(&tables, "CustomerKey"), ["DE-key", "EMPTY-key"]);
    assert_eq!(values(&tables, "Client.ID"), ["11", "11"]);
    let of_table = simple("Filter", "DataExtension.CustomerKey", "equals", &["DE-key"]);
    let columns = house.retrieve(
        0,
        "DataExtensionField",
        &["Name", "FieldType", "IsPrimaryKey"],
        &of_table,
    );
    assert_eq!(values(&columns, "Name"), ["id", "name"]);
    assert_eq!(values(&columns, "IsPrimaryKey"), ["true", "false"]);
    let rows = house.retrieve(0, "DataExtensionObject[de-KEY]", &["NAME", "id"], "");
    let row: Vec<_> = all(rows[1].child("Properties").expect("there"), "Property");
    let pairs: Vec<_> = row
        .iter()
        .map(|pair| (at(pair, "Name"), at(pair, "Value")))
        .collect();
    let expected = [("NAME", "row 2"), ("id", "2")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(pairs, expected, "in the order asked for");
}

#[test]
fn rows_of_the_parents_table_are_seen_from_the_child() {
    let mut house = House::new();
    assert_eq!(
        house
            .retrieve(0, "DataExtensionObject[SHARED-key]", &["id"], "")
            .len(),
        9
    );
    let guid = at(
        &house.retrieved(0, 10, "DataExtension", &["ObjectID"], ""),
        "Results.ObjectID",
    );
    let by_id = format!("DataExtensionObject[{guid}]");
    assert_eq!(
        house.retrieve(0, &by_id, &["id"], "").len(),
        9,
        "by its id too"
    );
}

#[test]
fn filters_of_many_parts_find_what_meets_them() {
    let mut house = House::new();
    let left = simple("LeftOperand", "id", "greaterThan", &["1"]);
    let inner = simple("RightOperand", "name", "like", &["row"]);
    let more = format!(
        "<AdditionalOperands>{}</AdditionalOperands>",
        simple("Operand", "id", "notEquals", &["2"])
    );
    let complex = |word: &str| {
        format!(
            "<Filter xsi:type=\"ComplexFilterPart\">{left}<LogicalOperator>{word}</LogicalOperator>\
             {inner}{more}</Filter>"
        )
    };
    let object = "DataExtensionObject[DE-key]";
    let found = house.retrieve(0, object, &["id"], &complex("AND"));
    assert_eq!(values(&found, "Properties.Property.Value"), ["3"]);
    assert_eq!(house.retrieve(0, object, &["id"], &complex("OR")).len(), 3);
    let odd = house.retrieved(0, 11, object, &["id"], &complex("XOR"));
    assert!(at(&odd, "OverallStatus").starts_with("Error: LogicalOperator"));
}

#[test]
fn units_are_seen_by_the_parent_and_each_by_itself() {
    let mut house = House::new();
    let names = ["ID", "Name", "ParentID", "IsActive"];
    let everywhere = "<QueryAllAccounts>true</QueryAllAccounts>";
    let message = house.retrieved(0, 10, "BusinessUnit", &names, everywhere);
    let units: Vec<Element> = all(&message, "Results").into_iter().cloned().collect();
    assert_eq!(
        values(&units, "Name"),
        ["TOP", "SUB"],
        "and none of another tenant"
    );
    assert_eq!(values(&units, "ParentID"), ["0", "10"]);
    assert_eq!(
        values(&house.retrieve(0, "BusinessUnit", &names, everywhere), "ID"),
        ["11"]
    );
}

#[test]
fn app_users_show_whether_they_are_active() {
    let mut house = House::new();
    let names = [
        "Name",
        "ActiveFlag",
        "IsAPIUser",
        "LastSuccessfulLogin",
        "Roles",
    ];
    let flags = |house: &mut House| {
        let message = house.retrieved(
            0,
            10,
            "AccountUser",
            &names,
            "<QueryAllAccounts>1</QueryAllAccounts>",
        );
        // Those of the first three packages that may speak SOAP.
        let mut users: Vec<Element> = all(&message, "Results").into_iter().cloned().collect();
        users.retain(|user| ["S", "P", "Q"].contains(&&at(user, "Name")[..1]));
        assert_eq!(
            values(&users, "Name"),
            ["S app user", "P app user", "Q app user"]
        );
        assert!(
            values(&users, "LastSuccessfulLogin")
                .iter()
                .all(String::is_empty)
        );
        assert!(at(&users[0], "Roles.Role.Name").starts_with("Individual role for "));
        values(&users, "ActiveFlag")
    };
    assert_eq!(flags(&mut house), ["true", "true", "true"]);
    let fault = house.break_it(0, "app_user_inactive");
    let edit = Edit {
        app_user_active: Some(false),
        ..Edit::default()
    };
    house
        .platform
        .edit_package(crate::house::at(0), "Q", edit)
        .expect("a package");
    assert_eq!(flags(&mut house), ["true", "false", "false"]);
    house.platform.mend(&fault);
    assert_eq!(flags(&mut house), ["true", "true", "false"]);
}

#[test]
fn every_row_has_a_number_that_no_list_of_fields_names() {
    let mut house = House::new();
    let rows = house.retrieve(
        0,
        "DataExtensionObject[DE-key]",
        &["_CustomObjectKey", "id"],
        "",
    );
    let numbers: Vec<String> = rows
        .iter()
        .map(|row| {
            let pairs = all(row.child("Properties").expect("pairs"), "Property");
            assert_eq!(at(pairs[0], "Name"), "_CustomObjectKey");
            at(pairs[0], "Value")
        })
        .collect();
    let expected: Vec<String> = (1..=rows.len()).map(|n| n.to_string()).collect();
    assert!(!rows.is_empty());
    assert_eq!(numbers, expected);
    let fields = house.retrieve(0, "DataExtensionField", &["Name"], "");
    assert!(!values(&fields, "Name").contains(&"_CustomObjectKey".to_owned()));
}

#[test]
fn which_units_a_user_reaches_is_asked_by_its_number() {
    let mut house = House::new();
    let everywhere = "<QueryAllAccounts>1</QueryAllAccounts>";
    let names = ["AccountUserID", "Name"];
    let users = house.retrieved(0, 10, "AccountUser", &names, everywhere);
    let user = all(&users, "Results")
        .into_iter()
        .find(|user| at(user, "Name") == "S app user");
    let user = user.expect("an app user");
    let id = at(user, "AccountUserID");
    assert_eq!(at(user, "ID"), id, "shown though not asked for");
    let filter = |operator: &str, ids: &[&str]| {
        let values: String = ids
            .iter()
            .map(|id| format!("<Value>{id}</Value>"))
            .collect();
        format!(
            "<Filter xsi:type=\"SimpleFilterPart\"><Property>AccountUser.AccountUserID</Property>\
             <SimpleOperator>{operator}</SimpleOperator>{values}</Filter>{everywhere}"
        )
    };
    let wanted = ["AccountUser.AccountUserID", "Account.ID"];
    let reached = |house: &mut House, filter: &str| {
        let message = house.retrieved(0, 10, "AccountUserAccount", &wanted, filter);
        assert_eq!(at(&message, "OverallStatus"), "OK");
        let rows: Vec<Element> = all(&message, "Results").into_iter().cloned().collect();
        (
            values(&rows, "AccountUser.AccountUserID"),
            values(&rows, "Account.ID"),
        )
    };
    let one = reached(&mut house, &filter("equals", &[&id]));
    assert_eq!(
        one,
        (vec![id.clone(); 2], vec!["10".to_owned(), "11".to_owned()])
    );
    let (both, _) = reached(&mut house, &filter("IN", &[&id, "1"]));
    assert_eq!(both, [id.clone(), id]);
}

#[test]
fn an_automation_that_is_stalled_has_been_paused() {
    let mut house = House::new();
    let look = |house: &mut House, second: i64| {
        let found = house.retrieve(second, "Automation", &["Status", "LastRunTime"], "");
        (at(&found[0], "Status"), at(&found[0], "LastRunTime"))
    };
    let told = |status: &str, at: &str| (status.to_owned(), at.to_owned());
    assert_eq!(look(&mut house, 60), told("6", "2027-01-15T08:00:00"));
    house.order(
        60,
        FaultOrder {
            asset: Some("AUT".to_owned()),
            ..order("asset_stall")
        },
    );
    assert_eq!(look(&mut house, 7_300), told("4", "2027-01-15T08:00:00"));
}

#[test]
fn events_happen_all_day_and_stop_while_the_queue_stands_still() {
    let mut house = House::new();
    let span = |from: &str, to: &str| {
        let part = |name: &str, operator: &str, at: &str| {
            format!(
                "<{name} xsi:type=\"SimpleFilterPart\"><Property>EventDate</Property>\
                 <SimpleOperator>{operator}</SimpleOperator><DateValue>{at}</DateValue></{name}>"
            )
        };
        format!(
            "<Filter xsi:type=\"ComplexFilterPart\">{}<LogicalOperator>AND</LogicalOperator>{}</Filter>",
            part("LeftOperand", "greaterThanOrEqual", from),
            part("RightOperand", "lessThan", to)
        )
    };
    let names = ["SubscriberKey", "EventDate", "EventType", "SendID"];
    let filter = span("2027-01-15T07:59:50Z", "2027-01-15T08:00:00Z");
    let sent = house.retrieve(60, "SentEvent", &names, &filter);
    assert_eq!(sent.len(), 20, "two sends, one message a second each");
    assert_eq!(at(&sent[0], "EventDate"), "2027-01-15T07:59:50");
    assert!(house.retrieve(60, "UnsubEvent", &names, &filter).len() <= 1);
    house.order(
        60,
        FaultOrder {
            asset: Some("TS".to_owned()),
            ..order("queue_growth")
        },
    );
    let filter = span("2027-01-15T08:01:10Z", "2027-01-15T08:01:20Z");
    assert_eq!(
        house.retrieve(120, "SentEvent", &names, &filter).len(),
        10,
        "of the other one"
    );
    let summary = house.retrieve(120, "TriggeredSendSummary", &["CustomerKey", "Queued"], "");
    assert_eq!(values(&summary, "Queued"), ["60", "0"]);
}

#[test]
fn what_belongs_together_fits_together() {
    let mut house = House::new();
    let names = ["ObjectID", "CustomerKey", "Email.ID", "CategoryID"];
    let definition = &house.retrieve(0, "TriggeredSendDefinition", &names, "")[0];
    let by = |property: &str, value: &str| simple("Filter", property, "equals", &[value]);
    let email = house.retrieve(0, "Email", &["ID"], &by("ID", &at(definition, "Email.ID")));
    assert_eq!(email.len(), 1);
    let folder = house.retrieve(
        0,
        "DataFolder",
        &["ContentType"],
        &by("ID", &at(definition, "CategoryID")),
    );
    assert_eq!(values(&folder, "ContentType"), ["triggered_send"]);
    let of_it = by(
        "TriggeredSendDefinitionObjectID",
        &at(definition, "ObjectID"),
    );
    let events = house.retrieved(0, 11, "SentEvent", &["SendID", "SubscriberKey"], &of_it);
    let job = at(&events, "Results.SendID");
    assert_eq!(
        house
            .retrieve(0, "Send", &["ID", "NumberSent"], &by("ID", &job))
            .len(),
        1
    );
    let list = house.retrieve(
        0,
        "ListSend",
        &["List.ID", "NumberSent"],
        &by("SendID", &job),
    );
    let of_list = by("ID", &at(&list[0], "List.ID"));
    assert_eq!(house.retrieve(0, "List", &["ListName"], &of_list).len(), 1);
    let key = at(&events, "Results.SubscriberKey");
    assert_eq!(
        house
            .retrieve(0, "Subscriber", &["ID"], &by("SubscriberKey", &key))
            .len(),
        1
    );
}

#[test]
fn the_same_platform_says_the_same_twice() {
    for object in [
        "Subscriber",
        "TriggeredSendDefinition",
        "DataFolder",
        "QueryDefinition",
    ] {
        let look = || House::new().retrieve(0, object, &["ObjectID", "CreatedDate"], "");
        assert_eq!(look(), look(), "{object}");
    }
}
