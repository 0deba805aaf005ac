use super::{is_open, is_open_body};

#[test]
fn rows_are_counted_and_never_asked_after() {
    let path = "/data/v1/customobjectdata/key/K/rowset";
    for query in [
        None,
        Some(""),
        Some("$page=2&$pageSize=50"),
        Some("%24PAGE=1"),
    ] {
        assert!(is_open(path, query), "{query:?}");
    }
    for query in [
        "$filter=points%20gt%2099",
        "%24filter=points+eq+1",
        "$FILTER=a",
        " $filter=a",
        "filter=a",
        "$orderBy=points",
        "$fields=points",
        "$page=1&$filter=mail%20eq%20'x'",
        "anything=1",
    ] {
        assert!(!is_open(path, Some(query)), "{query}");
        assert!(!is_open(
            "/data/v1/customobjectdata/key/K/Rowset/",
            Some(query)
        ));
    }
}

#[test]
fn what_is_not_shown_is_neither_filtered_nor_sorted_by() {
    let path = "/automation/v1/queries";
    for query in [
        "$filter=name%20like%20'Daily'",
        "$orderBy=name%20asc&$page=1",
        "$top=5",
        "startDate=2026-01-01T00:00:00Z",
    ] {
        assert!(is_open(path, Some(query)), "{query}");
    }
    for query in [
        "$filter=modifiedBy%20eq%20'x'",
        "$filter=item/CreatedBy%20eq%20'x'",
        "$orderBy=lastSavedByName",
        "createdBy=7",
        "$search=a@example.test",
        "$filter=a%20eq%20'x'%20and%20(userName%20eq%20'y')",
    ] {
        assert!(!is_open(path, Some(query)), "{query}");
    }
}

#[test]
fn a_body_is_judged_as_a_query_is() {
    for body in [
        "",
        " ",
        "{}",
        r#"{"definitionIds":["a"],"start":"2026-01-01"}"#,
    ] {
        assert!(is_open_body(body.as_bytes()), "{body}");
    }
    let deep = "[".repeat(64) + &"]".repeat(64);
    for body in [
        r#"{"contactKey":"x"}"#,
        r#"{"a":[{"b":{"EmailAddress":1}}]}"#,
        r#"{"$filter":"contactKey eq 'x'"}"#,
        r#"{"extras":"a@example.test"}"#,
        "contactKey=x",
        deep.as_str(),
    ] {
        assert!(!is_open_body(body.as_bytes()), "{body}");
    }
}
