use super::*;

fn error(text: &str) -> &'static str {
    match parse(text) {
        Ok(query) => panic!("{text}: {query:?}"),
        Err(error) => {
            assert!(!error.words.is_empty());
            error.code
        }
    }
}

#[test]
fn a_query_is_read_whatever_its_case_and_spacing() {
    let query = parse(
        "select Id, Account.name from CONTACT where (Email like '%a%' or not AccountId = null) \
         and CreatedDate >= 2026-01-01T00:00:00Z and FirstName not in ('A','B\\'C') \
         order by LastName desc nulls last, Id limit 5 offset 2",
    )
    .expect("a query");
    assert_eq!(
        (query.object.name, query.limit, query.offset),
        ("Contact", Some(5), 2)
    );
    let Selected::Fields(fields) = &query.selected else {
        panic!("fields")
    };
    assert!(fields[0].via.is_none() && fields[1].via.is_some());
    assert_eq!(query.order.len(), 2);
    assert!(query.order[0].1 && !query.order[1].1);
}

#[test]
fn counting_and_all_fields_are_selected_by_name() {
    assert!(matches!(
        parse("SELECT COUNT() FROM Lead").expect("a query").selected,
        Selected::Count
    ));
    let all = parse("SELECT FIELDS(ALL) FROM User LIMIT 200").expect("a query");
    let Selected::Fields(fields) = all.selected else {
        panic!("fields")
    };
    assert_eq!(fields.len(), all.object.fields.len());
}

#[test]
fn what_cannot_be_read_is_told_by_its_code() {
    for text in [
        "",
        "SELECT",
        "SELECT FROM User",
        "SELECT Id, FROM User",
        "SELECT Id FROM User WHERE",
        "SELECT Id FROM User WHERE Name",
        "SELECT Id FROM User WHERE Name = ",
        "SELECT Id FROM User WHERE Name = 'open",
        "SELECT Id FROM User WHERE Name = 'open\\",
        "SELECT Id FROM User WHERE Name = soon",
        "SELECT Id FROM User WHERE (Name = 'a'",
        "SELECT Id FROM User LIMIT few",
        "SELECT Id FROM User GROUP BY Name",
        "DELETE FROM User",
        "SELECT Id FROM User; DROP",
        "SELECT Id FROM User WHERE AnnualRevenue = NaN",
    ] {
        let code = error(text);
        assert!(
            code == "MALFORMED_QUERY" || code == "INVALID_FIELD",
            "{text}: {code}"
        );
    }
    assert_eq!(error("SELECT Id FROM Nothing"), "INVALID_TYPE");
    assert_eq!(error("SELECT Nothing FROM User"), "INVALID_FIELD");
    assert_eq!(
        error("SELECT Id FROM User WHERE Nothing = 1"),
        "INVALID_FIELD"
    );
    assert_eq!(error("SELECT Name.Id FROM User"), "INVALID_FIELD");
    assert_eq!(error("SELECT Owner.Owner.Id FROM Lead"), "INVALID_FIELD");
}

#[test]
fn depth_and_length_have_a_bound() {
    let deep = |n: usize| {
        let (open, close) = ("(".repeat(n), ")".repeat(n));
        parse(&format!("SELECT Id FROM User WHERE {open}Id = null{close}"))
    };
    assert!(deep(30).is_ok());
    assert_eq!(deep(40).expect_err("too deep").code, "MALFORMED_QUERY");
    let not = format!("SELECT Id FROM User WHERE {}Id = null", "NOT ".repeat(40));
    assert_eq!(error(&not), "MALFORMED_QUERY");
    assert_eq!(error(&"x".repeat(100_001)), "MALFORMED_QUERY");
}
