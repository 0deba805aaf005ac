use super::super::soql::parse;
use super::*;

fn records() -> Records {
    Records::new(Timestamp::from_second(1_800_000_000).expect("in range"))
}

/// How many a query finds, and the first field of each.
fn found(text: &str) -> (usize, Vec<Value>) {
    let records = records();
    let query = parse(text).expect("a query");
    let show =
        |_: &'static str, record: &Record, paths: &[Path]| value(&records, record, &paths[0]);
    run(&records, &query, (0, 2_000), &show)
}

#[test]
fn conditions_hold_by_kind_of_value() {
    let table = [
        ("SELECT Id FROM Lead", 250),
        ("SELECT Id FROM Lead WHERE LastName = 'example 7'", 1),
        ("SELECT Id FROM Lead WHERE LastName != 'Example 7'", 249),
        ("SELECT Id FROM Account WHERE NumberOfEmployees > 250", 2),
        ("SELECT Id FROM Account WHERE NumberOfEmployees >= 250", 3),
        ("SELECT Id FROM Account WHERE NumberOfEmployees < 50", 1),
        ("SELECT Id FROM Account WHERE NumberOfEmployees <= 50.0", 2),
        ("SELECT Id FROM Account WHERE NumberOfEmployees > '9'", 0),
        ("SELECT Id FROM Contact WHERE HasOptedOutOfEmail = true", 8),
        ("SELECT Id FROM Contact WHERE Email = null", 0),
        ("SELECT Id FROM Contact WHERE Email != null", 40),
        ("SELECT Id FROM Contact WHERE Email LIKE 'contact_@%'", 9),
        ("SELECT Id FROM Contact WHERE Email LIKE 'Contact%'", 40),
        (
            "SELECT Id FROM Contact WHERE FirstName IN ('Ada', 'Ben')",
            20,
        ),
        ("SELECT Id FROM Contact WHERE FirstName NOT IN ('Ada')", 30),
        (
            "SELECT Id FROM Contact WHERE NOT FirstName = 'Ada' AND FirstName = 'Ben'",
            10,
        ),
        (
            "SELECT Id FROM Contact WHERE FirstName = 'Ada' OR FirstName = 'Ben'",
            20,
        ),
        (
            "SELECT Id FROM Contact WHERE Account.Name = 'Example account 1'",
            3,
        ),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", 40),
        (
            "SELECT Id FROM Contact WHERE CreatedDate > 2027-01-01T00:00:00+01:00",
            0,
        ),
        ("SELECT Id FROM Lead LIMIT 3", 3),
        ("SELECT Id FROM Lead LIMIT 300 OFFSET 240", 10),
    ];
    for (text, n) in table {
        assert_eq!(found(text).0, n, "{text}");
    }
}

#[test]
fn an_id_is_found_by_its_15_or_18_characters_and_its_checksum_is_the_platforms() {
    let whole = super::super::record::id("00Q", 7);
    assert_eq!(whole.len(), 18);
    assert_eq!(
        &whole[15..],
        "EAA",
        "the third of the first five characters is a capital"
    );
    for id in [&whole[..15], &whole] {
        let (n, ids) = found(&format!("SELECT Id FROM Lead WHERE Id = '{id}'"));
        assert_eq!((n, ids), (1, vec![json!(whole)]));
    }
}

#[test]
fn order_is_kept_within_equals_and_turned_by_desc() {
    let (_, names) = found("SELECT LastName FROM Contact ORDER BY FirstName DESC, Id LIMIT 2");
    assert_eq!(names, [json!("Example 3"), json!("Example 7")]);
    let (_, numbers) =
        found("SELECT NumberOfEmployees FROM Account ORDER BY NumberOfEmployees DESC LIMIT 1");
    assert_eq!(numbers, [json!(300)]);
}

#[test]
fn a_pattern_matches_as_a_whole_and_any_number_of_stars_ends() {
    for (text, pattern, is) in [
        ("", "", true),
        ("", "%", true),
        ("abc", "a%c", true),
        ("abc", "%b%", true),
        ("abc", "ab", false),
        ("abc", "a_c", true),
        ("abc", "____", false),
        ("abab", "%ab", true),
        ("äöü", "ä_ü", true),
    ] {
        assert_eq!(is_like(text, pattern), is, "{text} like {pattern}");
    }
    let slow = format!("{}b", "%a".repeat(200));
    assert!(!is_like(&"a".repeat(4_000), &slow));
}
