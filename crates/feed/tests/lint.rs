//! Each rule of the lint fires on the estate that breaks it, and on no other.

use countersign_feed::demo_estate;
use countersign_feed::estate::{Finding, Severity, lint, lint_load};
use countersign_model::estate::{BusinessHours, Estate, Freeze};
use countersign_model::id::{AssetId, BuId, CredentialId, TenantId};
use std::collections::BTreeMap;

/// What the lint says of the demo estate after an edit, beyond what it says anyway.
fn after(edit: impl FnOnce(&mut Estate)) -> Vec<Finding> {
    let usual = lint(&demo_estate());
    let mut estate = demo_estate();
    edit(&mut estate);
    lint(&estate)
        .into_iter()
        .filter(|finding| !usual.contains(finding))
        .collect()
}

/// Checks that an edit brings exactly one finding.
fn check(expected: (Severity, &str, &str), edit: impl FnOnce(&mut Estate)) {
    let found = after(edit);
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.severity, it.code, it.path.as_str()))
        .collect();
    assert_eq!(found, [expected]);
}

fn error(code: &'static str, path: &'static str) -> (Severity, &'static str, &'static str) {
    (Severity::Error, code, path)
}

fn warning(code: &'static str, path: &'static str) -> (Severity, &'static str, &'static str) {
    (Severity::Warning, code, path)
}

fn asset(id: &str) -> AssetId {
    AssetId::new(id).expect("an id")
}

#[test]
fn a_version_we_do_not_know_is_an_error() {
    check(error("version_unknown", "version"), |estate| {
        estate.version = 2
    });
}

#[test]
fn an_id_used_twice_is_an_error() {
    check(error("id_duplicate", "assets[1].id"), |estate| {
        let first = estate.assets[0].clone();
        estate.assets.insert(1, first);
    });
}

#[test]
fn each_edge_to_nowhere_is_an_error() {
    let bu = || BuId::new("XYZ").expect("an id");
    let codes = |edit: fn(&mut Estate)| {
        let found = after(edit);
        found
            .iter()
            .map(|it| (it.code, it.path.clone()))
            .collect::<Vec<_>>()
    };
    let said = |path: &str| ("reference_unknown", path.to_owned());
    let tenant = codes(|it| it.business_units[0].tenant = TenantId::new("no").expect("an id"));
    assert_eq!(tenant, [said("business_units[0].tenant")]);
    let credential =
        codes(|it| it.integrations[3].credential = CredentialId::new("no").expect("an id"));
    assert!(
        credential.contains(&said("integrations[3].credential")),
        "{credential:?}"
    );
    assert_eq!(
        codes(|it| it.integrations[3].feeds = vec![asset("no")]),
        [said("integrations[3].feeds[0]")]
    );
    assert_eq!(
        codes(|it| it.assets[0].reads = vec![asset("no")]),
        [said("assets[0].reads[0]")]
    );
    let mut estate = demo_estate();
    estate.assets[0].bu = bu();
    estate.credentials[0].bu = bu();
    estate.integrations[0].bu = bu();
    let paths: Vec<String> = lint(&estate)
        .into_iter()
        .filter(|it| it.code == "reference_unknown")
        .map(|it| it.path)
        .collect();
    assert_eq!(
        paths,
        ["credentials[0].bu", "integrations[0].bu", "assets[0].bu"]
    );
}

#[test]
fn an_edge_to_nowhere_names_the_asset_meant() {
    let found = after(|estate| estate.integrations[28].feeds[0] = asset("DE-166"));
    assert_eq!(
        found[0].message,
        "There is no asset DE-166; did you mean DE-16?"
    );
}

#[test]
fn zones_crons_dates_and_hours_are_checked() {
    check(
        error("zone_unknown", "business_units[2].time_zone"),
        |estate| {
            estate.business_units[2].time_zone = "Europe/Atlantis".to_owned();
        },
    );
    check(
        error("cron_invalid", "integrations[28].schedule.cron"),
        |estate| {
            estate.integrations[28]
                .schedule
                .as_mut()
                .expect("it is hourly")
                .cron = "hourly".to_owned();
        },
    );
    check(error("date_invalid", "freezes[0].to"), |estate| {
        estate.freezes[0].to = "soon".to_owned()
    });
    check(error("dates_reversed", "freezes[1].to"), |estate| {
        estate.freezes.push(Freeze {
            from: "2026-12-02".to_owned(),
            to: "2026-12-01".to_owned(),
            reason: String::new(),
        });
    });
    check(error("dates_reversed", "credentials[4].ends"), |estate| {
        estate.credentials[4].ends = "2020-01-01".parse().ok();
    });
}

#[test]
fn business_hours_are_checked() {
    let hours = |days: &str, from: &str, to: &str| BusinessHours {
        days: vec![days.to_owned()],
        from: from.to_owned(),
        to: to.to_owned(),
        until: None,
    };
    let path = "business_units[0].business_hours[0]";
    for (hours, code, field) in [
        (hours("monday", "08:00", "18:00"), "day_unknown", "days[0]"),
        (hours("mon", "8 am", "18:00"), "time_invalid", "from"),
        (hours("mon", "08:00", "25:00"), "time_invalid", "to"),
        (hours("mon", "18:00", "08:00"), "hours_reversed", "to"),
    ] {
        let found = after(|estate| estate.business_units[0].business_hours.push(hours));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].code, found[0].path.clone()),
            (code, format!("{path}.{field}"))
        );
    }
}

#[test]
fn an_integration_outside_its_packages_units_is_an_error() {
    check(error("mid_not_enabled", "integrations[0].mid"), |estate| {
        estate.integrations[0].mid = Some(519_000_170);
    });
    let enabled = after(|estate| {
        estate.integrations[0].mid = Some(519_000_170);
        estate.credentials[0].mids = vec![519_000_100, 519_000_170];
    });
    assert_eq!(enabled, []);
}

#[test]
fn an_override_needs_a_reason_and_a_sane_range() {
    check(
        error(
            "override_reason_missing",
            "integrations[28].strategy.reason",
        ),
        |estate| {
            estate.integrations[28]
                .strategy
                .as_mut()
                .expect("it has one")
                .reason = " ".to_owned();
        },
    );
    for ratio in [0.1, 0.95, f64::NAN] {
        check(
            error("override_range", "integrations[28].strategy.refresh_ratio"),
            |estate| {
                estate.integrations[28]
                    .strategy
                    .as_mut()
                    .expect("one")
                    .refresh_ratio = Some(ratio);
            },
        );
    }
    for ratio in [-0.01, 0.11] {
        check(
            error("override_range", "integrations[28].strategy.jitter_ratio"),
            |estate| {
                estate.integrations[28]
                    .strategy
                    .as_mut()
                    .expect("one")
                    .jitter_ratio = Some(ratio);
            },
        );
    }
}

#[test]
fn a_renewal_before_jobs_needs_jobs_and_is_not_kept_warm_too() {
    let told = || {
        error(
            "override_before_job",
            "integrations[28].strategy.before_job",
        )
    };
    check(told(), |estate| {
        let flow = &mut estate.integrations[28];
        flow.strategy.as_mut().expect("it has one").before_job = Some(true);
        flow.strategy.as_mut().expect("it has one").keep_warm = Some(true);
    });
    check(told(), |estate| {
        let flow = &mut estate.integrations[28];
        flow.schedule = None;
        let own = flow.strategy.as_mut().expect("it has one");
        (own.before_job, own.keep_warm) = (Some(true), None);
    });
}

#[test]
fn a_subdomain_has_its_form_unless_the_auth_host_is_given() {
    for subdomain in [
        "",
        "mc",
        "xx0000000000000000000000000a",
        "MC0000000000000000000000000A",
    ] {
        check(error("subdomain_form", "tenants[0].subdomain"), |estate| {
            estate.tenants[0].subdomain = subdomain.to_owned();
        });
    }
    let given = after(|estate| {
        estate.tenants[0].subdomain = "local".to_owned();
        estate.tenants[0].auth_url = Some("http://127.0.0.1:8700".to_owned());
    });
    assert_eq!(given, []);
    check(error("url_form", "tenants[0].auth_url"), |estate| {
        estate.tenants[0].auth_url = Some("127.0.0.1:8700".to_owned());
    });
}

#[test]
fn one_tree_is_one_tenant_and_one_mid_one_unit() {
    check(
        error("subdomain_duplicate", "tenants[1].subdomain"),
        |estate| {
            let mut twin = estate.tenants[0].clone();
            twin.id = TenantId::new("twin").expect("an id");
            estate.tenants.push(twin);
        },
    );
    let found = after(|estate| estate.business_units[1].mid = 519_000_100);
    assert_eq!(found[0].code, "mid_duplicate");
    check(
        error("number_out_of_range", "tenants[0].token_requests_per_s"),
        |estate| {
            estate.tenants[0].token_requests_per_s = Some(0.0);
        },
    );
}

#[test]
fn only_what_can_mint_can_be_brokered() {
    use countersign_model::estate::CredentialMode::Brokered;
    let at = |estate: &Estate, id: &str| {
        estate
            .credentials
            .iter()
            .position(|it| it.id.as_str() == id)
            .expect("it is there")
    };
    let found = after(|estate| {
        let index = at(estate, "INT-020");
        estate.credentials[index].mode = Brokered;
    });
    assert_eq!(
        found.iter().map(|it| it.code).collect::<Vec<_>>(),
        ["grant_missing"]
    );
    let found = after(|estate| {
        let index = at(estate, "INT-015");
        estate.credentials[index].mode = Brokered;
        estate.credentials[index].token_url = None;
        estate.credentials[index].client_id = None;
    });
    let codes: Vec<_> = found.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["client_id_missing", "token_url_missing"]);
}

#[test]
fn clients_and_credentials_used_twice_are_warned_of() {
    check(
        warning("client_shared", "credentials[1].client_id"),
        |estate| {
            estate.credentials[1].client_id = estate.credentials[0].client_id.clone();
        },
    );
    let found = after(|estate| {
        estate.integrations[3].credential = CredentialId::new("INT-001").expect("an id");
    });
    let codes: Vec<_> = found.iter().map(|it| it.code).collect();
    assert!(
        codes.contains(&"credential_shared") && codes.contains(&"credential_unused"),
        "{codes:?}"
    );
}

#[test]
fn a_credential_of_another_unit_is_warned_of() {
    let found = after(|estate| {
        estate.integrations[9].credential = CredentialId::new("INT-018").expect("an id");
        let lender = estate
            .credentials
            .iter_mut()
            .find(|it| it.id.as_str() == "INT-018");
        lender.expect("it is there").mids = vec![519_000_110, 519_000_120];
    });
    let borrowed = found
        .iter()
        .find(|it| it.code == "credential_borrowed")
        .expect("a warning");
    assert_eq!(borrowed.message, "INT-010 of RNA borrows INT-018 of REU.");
    assert!(
        found.iter().all(|it| it.severity != Severity::Error),
        "{found:?}"
    );
}

#[test]
fn people_are_asked_for() {
    check(
        warning("owner_missing", "integrations[0].owner"),
        |estate| {
            estate.integrations[0].owner = Some(" ".to_owned());
        },
    );
    check(
        warning("backup_missing", "integrations[0].backup"),
        |estate| {
            estate.integrations[0].backup = None;
        },
    );
}

#[test]
fn scopes_are_held_against_their_use() {
    check(
        error("scope_not_held", "integrations[0].scopes[0]"),
        |estate| {
            estate.integrations[0].scopes = vec!["journeys_write".to_owned()];
        },
    );
    check(
        warning("offline_missing", "credentials[4].scopes"),
        |estate| {
            estate.credentials[4]
                .scopes
                .retain(|scope| scope != "offline");
        },
    );
    check(
        warning("monitoring_writes", "integrations[5].credential"),
        |estate| {
            estate.credentials[5]
                .scopes
                .push("journeys_execute".to_owned());
        },
    );
}

#[test]
fn circles_are_warned_of_and_clean_ups_are_not() {
    let found = after(|estate| {
        let table = estate
            .assets
            .iter_mut()
            .find(|it| it.id.as_str() == "DE-16");
        table.expect("it is there").reads = vec![asset("DE-17")];
    });
    let codes: Vec<_> = found.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["cycle", "cycle", "cycle"], "{found:?}");
}

#[test]
fn fields_and_numbers_of_assets_are_checked() {
    check(
        warning("field_of_other_kind", "assets[0].audience"),
        |estate| {
            estate.assets[0].audience = Some(7);
        },
    );
    check(
        error("freshness_reversed", "assets[0].critical_after_min"),
        |estate| {
            estate.assets[0].critical_after_min = estate.assets[0].warn_after_min;
        },
    );
    let launch = |it: &countersign_model::estate::Asset| it.id.as_str() == "C-2";
    let found = after(|estate| {
        estate
            .assets
            .iter_mut()
            .find(|it| launch(it))
            .expect("it is there")
            .starts_at = None;
    });
    assert_eq!(
        found.iter().map(|it| it.code).collect::<Vec<_>>(),
        ["launch_without_start"]
    );
    check(
        error("number_out_of_range", "assets[24].weekend_factor"),
        |estate| {
            estate.assets[24].weekend_factor = Some(-1.0);
        },
    );
}

#[test]
fn the_load_on_an_auth_host_is_warned_of_above_seven_tenths() {
    let estate = demo_estate();
    let at = |share: f64| {
        let tenant = TenantId::new("demo").expect("an id");
        lint_load(&estate, &BTreeMap::from([(tenant, share)]))
    };
    assert_eq!(at(0.7), []);
    assert_eq!(lint_load(&estate, &BTreeMap::new()), []);
    let full = at(0.84);
    assert_eq!(
        (full[0].severity, full[0].code),
        (Severity::Warning, "auth_host_load")
    );
    assert_eq!(
        full[0].message,
        "Renewals take 84 % of what the auth host of demo sustains."
    );
}

#[test]
fn errors_come_first() {
    let mut estate = demo_estate();
    estate.integrations[0].owner = None;
    estate.freezes[0].from = "never".to_owned();
    let severities: Vec<Severity> = lint(&estate).iter().map(|it| it.severity).collect();
    assert!(
        severities.is_sorted() && severities[0] == Severity::Error,
        "{severities:?}"
    );
}

#[test]
fn an_empty_estate_is_legal() {
    assert_eq!(
        lint(&Estate {
            version: 1,
            ..Estate::default()
        }),
        []
    );
}

#[test]
fn what_a_refresh_token_does_has_to_be_known_and_said_why() {
    use countersign_model::estate::{Replay, ReplayOverride};
    let edited = |id: &str, profile, window_s, reason: &str| {
        let told = ReplayOverride {
            profile,
            window_s,
            reason: reason.to_owned(),
        };
        let found = after(|estate| {
            let mut credentials = estate.credentials.iter_mut();
            let one = credentials
                .find(|one| one.id.as_str() == id)
                .expect("known");
            one.refresh_token = Some(told);
        });
        let codes = found.iter().map(|it| (it.severity, it.code));
        codes.collect::<Vec<_>>()
    };
    let wrong = |code| vec![(Severity::Error, code)];
    assert_eq!(
        edited("INT-005", Replay::Idempotent, Some(30), "the vendor's page"),
        []
    );
    assert_eq!(
        edited("INT-012", Replay::Static, None, "the app does not rotate"),
        []
    );
    assert_eq!(
        edited("INT-005", Replay::Static, None, " "),
        wrong("replay_reason_missing")
    );
    assert_eq!(
        edited("INT-005", Replay::Idempotent, None, "a test"),
        wrong("replay_window")
    );
    assert_eq!(
        edited("INT-005", Replay::Idempotent, Some(9), "a test"),
        wrong("replay_window")
    );
    assert_eq!(
        edited("INT-005", Replay::Strict, Some(30), "a test"),
        wrong("replay_window")
    );
    assert_eq!(
        edited("INT-029", Replay::Strict, None, "a test"),
        wrong("replay_needless")
    );
}
