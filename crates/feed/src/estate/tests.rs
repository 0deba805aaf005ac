use super::demo::DEMO_YAML;
use super::*;
use countersign_model::estate::Estate;
use proptest::prelude::*;
use serde_json::json;

/// A small estate in YAML, into which tests put their fault.
const SMALL: &str = "\
version: 1
tenants:
  - id: t
    subdomain: mcdemo-estate-not-a-real-one
business_units:
  - id: LOY
    tenant: t
    mid: 519000140
    time_zone: America/Chicago
credentials:
  - id: INT-029
    bu: LOY
    kind: s2s_v2
integrations:
  - id: INT-029
    name: Points balance load
    bu: LOY
    kind: etl
    tier: T1
    credential: INT-029
";

fn faults(text: &str) -> Vec<String> {
    let faults = decode(text, Format::Yaml).expect_err("it has a fault");
    faults.iter().map(ToString::to_string).collect()
}

/// Decodes [`SMALL`] with one piece replaced.
fn faults_with(from: &str, to: &str) -> Vec<String> {
    assert!(SMALL.contains(from), "{from:?} is not in the small estate");
    faults(&SMALL.replacen(from, to, 1))
}

fn small() -> Estate {
    decode(SMALL, Format::Yaml).expect("the small estate is one")
}

#[test]
fn a_misspelt_field_is_named_with_the_one_meant() {
    assert_eq!(
        faults_with("    tier: T1", "    teir: T1"),
        [
            "line 15: integrations[0]: The field `tier` is missing. Add `tier`: How much its \
             failure costs.",
            "line 19: integrations[0].teir: There is no field `teir` here. Did you mean `tier`?",
        ]
    );
}

#[test]
fn an_illegal_value_is_named_with_the_legal_ones() {
    assert_eq!(
        faults_with("kind: s2s_v2", "kind: s2s-v3"),
        [
            "line 13: credentials[0].kind: \"s2s-v3\" is not a legal value. Did you mean `s2s_v2`? \
          Use one of `s2s_v2`, `webapp_v2`, `legacy_v1`, `crm_oauth`, `ext_oauth`, `mtls_cert`, \
          `sftp_key`."
        ]
    );
}

#[test]
fn wrong_types_are_named_with_the_right_ones() {
    let mid = faults_with("mid: 519000140", "mid: \"519000140\"");
    assert_eq!(
        mid,
        [
            "line 8: business_units[0].mid: Expected a whole number; found text. \
                      Write it without quotes."
        ]
    );
    let id = faults_with("  - id: LOY", "  - id: 140");
    assert_eq!(
        id,
        [
            "line 6: business_units[0].id: Expected an id; found a number. \
                     Put it in quotes."
        ]
    );
    let list = faults_with(
        "credential: INT-029",
        "credential: INT-029\n    feeds: DE-16",
    );
    assert_eq!(
        list,
        [
            "line 21: integrations[0].feeds: Expected a list; found text. \
                       Write it as a list: `[…]`."
        ]
    );
    let object = faults_with("tier: T1", "tier: T1\n    schedule: hourly");
    assert_eq!(
        object,
        [
            "line 20: integrations[0].schedule: Expected an object; found text. \
                         The field means: When its runs start."
        ]
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    for mid in ["-1", "1.5", "99999999999999999999"] {
        let said = faults_with("519000140", mid);
        assert!(
            said[0].starts_with("line 8: business_units[0].mid:"),
            "{said:?}"
        );
    }
}

#[test]
fn ids_dates_and_starts_are_checked_for_their_form() {
    let id = faults_with("  - id: LOY", "  - id: \"LOY 1\"");
    assert!(id[0].contains("business_units[0].id: Not an id"), "{id:?}");
    let day = faults_with("kind: s2s_v2", "kind: s2s_v2\n    ends: next spring");
    assert_eq!(
        day,
        [
            "line 14: credentials[0].ends: \"next spring\" is not a date. \
                      Write it as `2026-11-24`."
        ]
    );
    let launch = format!(
        "{SMALL}assets:\n  - id: C-1\n    name: Launch\n    bu: LOY\n    kind: launch\n    \
         starts_at: Friday\n"
    );
    let start = faults(&launch);
    assert!(
        start[0].starts_with("line 26: assets[0].starts_at: \"Friday\""),
        "{start:?}"
    );
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_the_file() {
    let text = SMALL
        .replace("subdomain", "subdomian")
        .replace("T1", "T9")
        .replace("etl", "ETL!");
    let paths: Vec<String> = decode(&text, Format::Yaml)
        .expect_err("faults")
        .into_iter()
        .map(|it| it.path)
        .collect();
    assert_eq!(
        paths,
        [
            "tenants[0]",
            "tenants[0].subdomian",
            "integrations[0].kind",
            "integrations[0].tier"
        ]
    );
}

#[test]
fn a_pasted_secret_is_refused_and_never_repeated() {
    let said = faults_with(
        "kind: s2s_v2",
        "kind: s2s_v2\n    client_secret: CANARY-paste",
    );
    assert!(
        said[0].contains("Secrets never belong in this file"),
        "{said:?}"
    );
    assert!(!said.concat().contains("CANARY"), "{said:?}");
}

#[test]
fn a_key_given_twice_is_refused() {
    let said = faults_with("    tier: T1", "    tier: T1\n    tier: T2");
    assert_eq!(
        said,
        [
            "line 20: The field \"tier\" is given twice. Correct the text at this place; nothing \
          after it was read."
        ]
    );
    let json = decode(r#"{"version":1,"version":1}"#, Format::Json).expect_err("twice");
    assert_eq!(json[0].message, "The field \"version\" is given twice.");
    assert_eq!(json[0].line, Some(1));
}

#[test]
fn alias_bombs_and_deep_nesting_are_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10_u8 {
        let (this, last) = (char::from(b'a' + level), char::from(b'a' + level - 1));
        let tenfold = vec![format!("*{last}"); 10].join(", ");
        bomb.push_str(&format!("{this}: &{this} [{tenfold}]\n"));
    }
    let bomb = format!("version: 1\nname: harmless\n{bomb}");
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    for (text, format) in [
        (bomb, Format::Yaml),
        (format!("version: {deep}"), Format::Yaml),
        (format!("{{\"version\":{deep}}}"), Format::Json),
    ] {
        let faults = decode(&text, format).expect_err("a bound is broken");
        let [Fault { path, message, .. }] = faults.as_slice() else {
            panic!("{faults:?}")
        };
        assert!(path.is_empty(), "{path}");
        let bounds = [
            "alias replay limit exceeded",
            "beyond a bound",
            "recursion limit",
        ];
        assert!(
            bounds.iter().any(|word| message.contains(word)),
            "{message}"
        );
    }
}

#[test]
fn a_file_beyond_the_bound_is_not_even_read() {
    let said = faults(&"#".repeat(ESTATE_BYTES_MAX + 1));
    assert_eq!(
        said,
        ["The file has 8388609 bytes; at most 8388608. Split the estate by tenant."]
    );
}

#[test]
fn text_that_is_no_yaml_or_json_is_told_with_its_line() {
    let yaml = decode("version: 1\nname: [open\n", Format::Yaml).expect_err("no YAML");
    assert!(
        yaml[0].path.is_empty() && yaml[0].line.is_some(),
        "{yaml:?}"
    );
    let json = decode("{\n  \"version\": 1,\n}", Format::Json).expect_err("no JSON");
    assert_eq!(json[0].line, Some(3));
    for empty in ["", "# nothing\n", "[]", "7"] {
        assert!(decode(empty, Format::Yaml).is_err(), "{empty:?}");
    }
    assert!(decode("version: 1\n---\nversion: 1\n", Format::Yaml).is_err());
}

#[test]
fn json_and_yaml_are_the_same_estate() {
    let json = serde_json::to_string(&demo_estate()).expect("plain data");
    assert_eq!(decode(&json, Format::Json), Ok(demo_estate()));
    assert_eq!(decode(&json, Format::Yaml), Ok(demo_estate()));
    assert_eq!(
        decode(&format!("\u{feff}{DEMO_YAML}"), Format::Yaml),
        Ok(demo_estate())
    );
}

#[test]
fn the_format_is_guessed_from_the_name() {
    assert_eq!(Format::of_file_name("estate.json"), Format::Json);
    assert_eq!(Format::of_file_name("ESTATE.JSON"), Format::Json);
    assert_eq!(Format::of_file_name("estate.yml"), Format::Yaml);
    assert_eq!(Format::of_file_name("json"), Format::Json);
    assert_eq!(Format::of_file_name(""), Format::Yaml);
}

#[test]
fn the_canonical_text_is_stable_and_readable() {
    let text = encode(&small());
    assert_eq!(decode(&text, Format::Yaml), Ok(small()));
    assert_eq!(
        encode(&decode(&text, Format::Yaml).expect("it is one")),
        text
    );
    insta::assert_snapshot!(text);
}

#[test]
fn the_exported_demo_estate_is_the_demo_estate() {
    assert_eq!(
        decode(&encode(&demo_estate()), Format::Yaml),
        Ok(demo_estate())
    );
}

#[test]
fn the_same_estate_plans_nothing_in_whatever_order() {
    let mut turned = demo_estate();
    turned.integrations.reverse();
    turned.assets.reverse();
    let plan = plan(&demo_estate(), &turned);
    assert!(plan.is_empty());
    assert_eq!(plan.to_string(), "Nothing changes.");
}

#[test]
fn a_plan_names_what_is_added_changed_and_removed() {
    let mut next = demo_estate();
    next.name = "Demo group, renewed".to_owned();
    next.freezes.clear();
    next.credentials[27].ends = "2027-05-21".parse().ok();
    next.integrations[28]
        .schedule
        .as_mut()
        .expect("it runs hourly")
        .cron = "7 * * * *".to_owned();
    next.integrations[28].feeds.pop();
    let mut added = next.integrations[0].clone();
    added.id = countersign_model::id::IntegrationId::new("INT-100").expect("an id");
    next.integrations.remove(46);
    next.integrations.push(added);
    let plan = plan(&demo_estate(), &next);
    assert_eq!(plan.counts(), (1, 3, 2));
    insta::assert_snapshot!(plan);
    insta::assert_json_snapshot!(plan);
}

#[test]
fn a_plan_turned_round_removes_what_it_added() {
    let there = plan(
        &Estate {
            version: 1,
            ..Estate::default()
        },
        &demo_estate(),
    );
    let back = plan(
        &demo_estate(),
        &Estate {
            version: 1,
            ..Estate::default()
        },
    );
    assert_eq!(there.counts().0, back.counts().2);
    assert_eq!(back.counts().0, 0);
}

#[test]
fn the_nearest_name_is_close_or_absent() {
    let names = ["tier", "name", "owner"];
    assert_eq!(nearest::find_nearest("teir", names), Some("tier"));
    assert_eq!(nearest::find_nearest("Owner", names), Some("owner"));
    assert_eq!(nearest::find_nearest("zzzz", names), None);
    assert_eq!(nearest::find_nearest("", names), None);
}

/// Any text at all, and often one that YAML could take for something else.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => any::<String>(),
        2 => "[ -~]{0,12}",
        1 => prop::sample::select(vec![
            "null", "~", "yes", "No", "on", "0x1f", "1e3", "08:00", "2026-11-24", "- a", "a: b",
            "a #b", "'", "\"", " lead", "trail ", "\u{feff}", "\u{85}", "\u{2028}", "a\nb", "\t",
            ".nan", "+1", "!tag", "&a", "*a", "|", ">", "%", "@", "`", "{}", "[]", "",
        ]).prop_map(str::to_owned),
    ]
}

prop_compose! {
    fn any_estate()(
        texts in prop::array::uniform12(any_text()),
        lists in prop::collection::vec(any_text(), 0..5),
        numbers in prop::array::uniform3(any::<u64>()),
        ratio in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        flag in any::<bool>(),
    ) -> Estate {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = texts;
        serde_json::from_value(json!({
            "version": 1, "name": a,
            "tenants": [{ "id": "t", "name": b, "subdomain": c, "auth_url": d,
                          "token_requests_per_s": ratio, "mint_kills_older": flag }],
            "business_units": [{ "id": "B", "tenant": "t", "mid": numbers[0], "time_zone": e,
                "contacts": numbers[1], "focus": f, "notify": lists,
                "business_hours": [{ "days": lists, "from": g, "to": "18:00", "until": h }] }],
            "credentials": [{ "id": "C", "bu": "B", "kind": "s2s_v2", "scopes": lists,
                              "mids": [numbers[2]], "ends": "2027-03-21", "note": i }],
            "integrations": [{ "id": "I", "name": j, "bu": "B", "kind": "etl", "tier": "T0",
                "credential": "C", "schedule": { "cron": k, "usual_min": 7 },
                "strategy": { "jitter_ratio": ratio, "reason": l } }],
            "assets": [{ "id": "123", "name": "true", "bu": "B", "kind": "launch",
                         "starts_at": "2026-11-27T06:00[America/New_York]" }],
            "freezes": [{ "from": "2026-11-24", "to": "2026-12-01" }],
        })).expect("an estate")
    }
}

proptest! {
    #[test]
    fn an_exported_estate_decodes_to_itself(estate in any_estate()) {
        let text = encode(&estate);
        prop_assert_eq!(decode(&text, Format::Yaml), Ok(estate), "{}", text);
    }

    #[test]
    fn no_text_makes_the_decoder_panic(text in any::<String>(), json in any::<bool>()) {
        let format = if json { Format::Json } else { Format::Yaml };
        prop_assert!(decode(&text, format).is_err_and(|faults| !faults.is_empty()));
    }

    #[test]
    fn a_damaged_estate_never_makes_the_decoder_or_the_lint_panic(
        at in 0..DEMO_YAML.len(), len in 0..40_usize, put in "[ -~\n]{0,8}",
    ) {
        let mut text = DEMO_YAML.as_bytes().to_vec();
        text.splice(at..(at + len).min(DEMO_YAML.len()), put.bytes());
        let text = String::from_utf8_lossy(&text);
        match decode(&text, Format::Yaml) {
            Ok(estate) => drop(lint(&estate)),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
