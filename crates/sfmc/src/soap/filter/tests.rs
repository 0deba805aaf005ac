use super::*;

fn check(actual: &str, operator: &str, values: &[&str], met: bool) {
    let values: Vec<String> = values.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(
        compares(Some(actual), operator, &values),
        met,
        "{actual} {operator} {values:?}"
    );
}

#[test]
fn values_are_compared_as_what_they_are() {
    check("10", "greaterThan", &["9"], true);
    check("abc", "equals", &["ABC"], true);
    check("true", "equals", &["1"], true);
    check("false", "notEquals", &["true"], true);
    check(
        "2026-11-22T12:00:00",
        "lessThan",
        &["2026-11-22T13:30:00+01:00"],
        true,
    );
    check(
        "2026-11-22T12:00:00",
        "equals",
        &["2026-11-22T12:00:00.500Z"],
        true,
    );
    check("b", "between", &["a", "c"], true);
    check("5", "between", &["6", "9"], false);
    check("x", "IN", &["y", "X"], true);
}

#[test]
fn like_knows_wildcards_and_does_without() {
    check("The P app user", "like", &[" app user"], true);
    check("The P app user", "like", &["the%user"], true);
    check("The P app user", "like", &["the%x%user"], false);
    check("aba", "like", &["ab%ba"], false);
    check("aba", "beginsWith", &["ab"], true);
    check("aba", "notContains", &["b"], false);
}

#[test]
fn what_has_no_value_is_null_and_differs_from_everything() {
    for (operator, met) in [
        ("isNull", true),
        ("isNotNull", false),
        ("equals", false),
        ("notEquals", true),
    ] {
        assert_eq!(
            compares(None, operator, &["1".to_owned()]),
            met,
            "{operator}"
        );
        assert_eq!(
            compares(Some(""), operator, &["1".to_owned()]),
            met,
            "{operator}"
        );
    }
}

#[test]
fn a_span_is_what_every_part_allows() {
    let date = |operator: &str, value: &str| Filter::Simple {
        property: "EventDate".to_owned(),
        operator: operator.to_owned(),
        values: vec![value.to_owned()],
    };
    let both = Filter::All(vec![
        date("greaterThan", "2026-01-01T00:00:00"),
        date("lessThan", "2026-01-03T00:00:00"),
        date("lessThan", "2026-01-02T00:00:00"),
    ]);
    let at = |text: &str| instant(text).expect(text);
    let (from, to) = both.span("EventDate");
    assert_eq!(
        (from, to),
        (
            Some(at("2026-01-01T00:00:00Z")),
            Some(at("2026-01-02T00:00:00"))
        )
    );
    assert_eq!(
        Filter::Any(vec![both.clone()]).span("EventDate"),
        (None, None)
    );
    assert_eq!(both.span("CreatedDate"), (None, None));
}
