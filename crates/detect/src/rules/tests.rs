use super::*;

fn faults(written: &[(&str, Option<f64>)]) -> Vec<String> {
    Rules::overridden(written.iter().copied()).unwrap_err()
}

#[test]
fn every_row_sets_its_own_number_and_tells_its_default() {
    for row in ROWS {
        let defaults = Rules::overridden([(row.name, Some(row.default))]).unwrap();
        assert_eq!(defaults, Rules::default(), "{}", row.name);
        let value = if row.name.contains("_page_") {
            row.most
        } else {
            row.least
        };
        let changed = Rules::overridden([(row.name, Some(value))]);
        // The least of some is their default.
        assert_eq!(
            changed.unwrap() == Rules::default(),
            value == row.default,
            "{}",
            row.name
        );
    }
}

#[test]
fn the_page_tells_the_same_table() {
    let page = include_str!("../../../../docs/formats/paging.md");
    for Row {
        name,
        default,
        least,
        most,
        what,
        source,
    } in ROWS
    {
        let line = format!("| `{name}` | {default} | {least} to {most} | {what} | {source} |");
        assert!(
            page.lines().any(|written| written == line),
            "not on the page: {line}"
        );
    }
    let told = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(told, ROWS.len());
}

#[test]
fn a_bad_name_or_value_is_refused_with_the_rule_and_what_to_write() {
    let unknown = faults(&[("calls_page", Some(60.0))]);
    assert!(unknown[0].starts_with("rules.calls_page: there is no such rule; write one of "));
    assert!(unknown[0].contains("calls_page_s"));
    let rows = [
        (
            "calls_page_s",
            None,
            "rules.calls_page_s: write a whole number from 1 to 86400",
        ),
        (
            "calls_page_s",
            Some(0.0),
            "rules.calls_page_s: write a whole number from 1 to 86400",
        ),
        (
            "calls_min",
            Some(2.5),
            "rules.calls_min: write a whole number from 2 to 1000000",
        ),
        (
            "platform_share",
            Some(60.0),
            "rules.platform_share: write a number from 0.1 to 1",
        ),
        (
            "platform_share",
            Some(f64::NAN),
            "rules.platform_share: write a number from 0.1 to 1",
        ),
        (
            "calls_page_s",
            Some(60.0),
            "rules.calls_suspect_s: write at most what rules.calls_page_s is, 60",
        ),
    ];
    for (name, value, fault) in rows {
        assert_eq!(faults(&[(name, value)]), [fault]);
    }
    assert_eq!(
        faults(&[("a", None), ("calls_min", None)]).len(),
        2,
        "all at once"
    );
}
