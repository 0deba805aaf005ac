//! The demo estate keeps its facts: what is in it, what it reaches, and what the lint says of it.

use countersign_feed::demo_estate;
use countersign_feed::estate::{Severity, lint};
use countersign_model::Timestamp;
use countersign_model::civil::date;
use countersign_model::estate::{
    Asset, AssetKind, CredentialKind, CredentialMode, Entry, Estate, IntegrationKind, Lockout, Tier,
};
use countersign_model::graph::{Dependency, Graph, Node};
use countersign_model::id::{AssetId, IntegrationId};
use std::collections::BTreeSet;

fn n_assets(estate: &Estate, kind: AssetKind) -> usize {
    estate
        .assets
        .iter()
        .filter(|asset| asset.kind == kind)
        .count()
}

fn reached(estate: &Estate, integration: &str) -> Vec<Asset> {
    let start = Node::Integration(IntegrationId::new(integration).expect("an id"));
    let all = Graph::of(estate).blast_radius(&start);
    let asset = |node: &Node| match node {
        Node::Asset(id) => estate.asset(id).cloned(),
        _ => None,
    };
    all.iter()
        .filter_map(|reached| asset(&reached.node))
        .collect()
}

/// Tables, journeys, sends and launches reached; enrolments and messages of a weekday.
fn reach(estate: &Estate, integration: &str) -> ([usize; 4], u64, u64) {
    let assets = reached(estate, integration);
    let of = |kind: AssetKind| assets.iter().filter(move |asset| asset.kind == kind);
    let volume = |kind: AssetKind| of(kind).filter_map(|asset| asset.volume_weekday).sum();
    let kinds = [
        AssetKind::DataExtension,
        AssetKind::Journey,
        AssetKind::TriggeredSend,
        AssetKind::Launch,
    ];
    (
        kinds.map(|kind| of(kind).count()),
        volume(AssetKind::Journey),
        volume(AssetKind::TriggeredSend),
    )
}

#[test]
fn it_holds_what_it_promises() {
    let estate = demo_estate();
    assert_eq!(estate.tenants.len(), 1);
    assert_eq!(estate.business_units.len(), 8);
    assert_eq!(estate.integrations.len(), 48);
    assert_eq!(estate.credentials.len(), 47);
    assert_eq!(n_assets(&estate, AssetKind::DataExtension), 24);
    assert_eq!(n_assets(&estate, AssetKind::Journey), 18);
    assert_eq!(n_assets(&estate, AssetKind::TriggeredSend), 14);
    assert_eq!(n_assets(&estate, AssetKind::Launch), 4);
    let tier = |tier| {
        estate
            .integrations
            .iter()
            .filter(|it| it.tier == tier)
            .count()
    };
    assert_eq!(
        [Tier::T0, Tier::T1, Tier::T2, Tier::T3].map(tier),
        [9, 20, 14, 5]
    );
}

#[test]
fn a_weekday_has_its_volume() {
    let estate = demo_estate();
    let volume = |kind| {
        let of_kind = estate.assets.iter().filter(move |asset| asset.kind == kind);
        of_kind
            .filter_map(|asset| asset.volume_weekday)
            .sum::<u64>()
    };
    assert_eq!(volume(AssetKind::Journey), 75_485);
    assert_eq!(volume(AssetKind::TriggeredSend), 330_050);
}

#[test]
fn the_reach_of_its_integrations_is_known() {
    let estate = demo_estate();
    assert_eq!(reach(&estate, "INT-001"), ([0, 0, 2, 0], 0, 45_300));
    assert_eq!(reach(&estate, "INT-002"), ([1, 14, 0, 4], 71_250, 0));
    assert_eq!(reach(&estate, "INT-003"), ([2, 3, 0, 2], 13_000, 0));
    assert_eq!(reach(&estate, "INT-020"), ([2, 1, 0, 1], 4_300, 0));
    assert_eq!(reach(&estate, "INT-029"), ([2, 2, 0, 1], 14_400, 0));
    assert_eq!(reach(&estate, "INT-031"), ([0, 1, 1, 0], 6_400, 6_400));
    assert_eq!(reach(&estate, "INT-044"), ([2, 2, 0, 0], 455, 0));
}

#[test]
fn the_points_load_reaches_what_the_quiet_sunday_names() {
    let ids: BTreeSet<String> = reached(&demo_estate(), "INT-029")
        .iter()
        .map(|asset| asset.id.to_string())
        .collect();
    for id in ["DE-16", "DE-17", "J-11", "J-12", "C-2", "AUT-01", "OUT-01"] {
        assert!(ids.contains(id), "{id} is missing in {ids:?}");
    }
}

#[test]
fn its_secrets_end_when_the_stories_need_it() {
    let estate = demo_estate();
    let secret = |kind| matches!(kind, CredentialKind::S2sV2 | CredentialKind::WebappV2);
    let secrets: Vec<_> = estate
        .credentials
        .iter()
        .filter(|it| secret(it.kind))
        .collect();
    assert_eq!(secrets.len(), 36);
    let (from, to) = (date(2027, 3, 21), date(2027, 3, 29));
    let cliff = secrets
        .iter()
        .filter(|it| it.ends.is_some_and(|day| day >= from && day <= to));
    assert_eq!(cliff.count(), 28);
    let today = date(2026, 11, 22);
    let ending = |from, to| {
        let within = move |day| day >= from && day <= to;
        estate
            .credentials
            .iter()
            .filter(move |it| it.ends.is_some_and(within))
    };
    let ids = |from, to| {
        ending(from, to)
            .map(|it| it.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(today, today), ["INT-029"]);
    assert_eq!(ids(date(2000, 1, 1), date(2026, 11, 21)), ["INT-016"]);
    assert_eq!(
        ids(date(2026, 11, 23), date(2026, 12, 7)),
        ["INT-020", "INT-023", "INT-031"]
    );
}

#[test]
fn kinds_we_can_mint_for_are_brokered_and_the_rest_observed() {
    use CredentialKind::{CrmOauth, LegacyV1, S2sV2, WebappV2};
    for credential in demo_estate().credentials {
        let brokered = matches!(credential.kind, S2sV2 | WebappV2 | LegacyV1 | CrmOauth);
        assert_eq!(
            credential.mode == CredentialMode::Brokered,
            brokered,
            "{}",
            credential.id
        );
    }
}

#[test]
fn a_credential_has_its_integrations_id_but_one_is_shared() {
    for integration in demo_estate().integrations {
        let expected = match integration.id.as_str() {
            "INT-009" => "INT-008",
            own => own,
        };
        assert_eq!(integration.credential.as_str(), expected);
    }
}

#[test]
fn lockout_is_armed_and_asks_first_for_tier_zero() {
    let estate = demo_estate();
    for integration in estate
        .integrations
        .iter()
        .filter(|it| it.id.as_str() != "INT-009")
    {
        let credential = estate
            .credential(&integration.credential)
            .expect("lint says so");
        let expected = match (credential.mode, integration.tier) {
            (CredentialMode::Observed, _) => None,
            (CredentialMode::Brokered, Tier::T0) => Some(Lockout::Ask),
            (CredentialMode::Brokered, _) => Some(Lockout::Armed),
        };
        assert_eq!(credential.lockout, expected, "{}", credential.id);
    }
}

#[test]
fn slots_are_kept_warm_by_kind_but_for_three_that_say_why() {
    let estate = demo_estate();
    let own: Vec<_> = estate
        .integrations
        .iter()
        .filter_map(|it| Some((it.id.as_str(), it.strategy.as_ref()?)))
        .map(|(id, strategy)| (id, strategy.keep_warm, strategy.jitter_ratio))
        .collect();
    assert_eq!(
        own,
        [
            ("INT-016", Some(false), None),
            ("INT-029", Some(true), Some(0.0)),
            ("INT-037", Some(false), None),
        ]
    );
}

#[test]
fn the_demo_consumers_integration_may_read_everything_and_write_tables() {
    let estate = demo_estate();
    let id = IntegrationId::new("INT-007").expect("an id");
    let integration = estate.integration(&id).expect("it is there");
    let holds = &estate
        .credential(&integration.credential)
        .expect("it is there")
        .scopes;
    let elsewhere = estate
        .credentials
        .iter()
        .flat_map(|credential| &credential.scopes);
    for scope in elsewhere.filter(|scope| scope.ends_with("_read")) {
        assert!(holds.contains(scope), "{scope}");
    }
    assert!(holds.iter().any(|scope| scope == "data_extensions_write"));
    assert!(
        !reached(&estate, "INT-029")
            .iter()
            .any(|asset| integration.feeds.contains(&asset.id))
    );
}

#[test]
fn all_four_kinds_of_dependency_occur() {
    let estate = demo_estate();
    let graph = Graph::of(&estate);
    let credentials = estate
        .credentials
        .iter()
        .map(|it| Node::Credential(it.id.clone()));
    let starts = credentials.chain(estate.assets.iter().map(|it| Node::Asset(it.id.clone())));
    let kinds: BTreeSet<Dependency> = starts
        .flat_map(|start| graph.blast_radius(&start))
        .map(|it| it.dependency)
        .collect();
    for kind in [
        Dependency::JourneyCall,
        Dependency::Feeds,
        Dependency::Reads,
        Dependency::CrossPlatform,
        Dependency::OutsideConsumer,
        Dependency::Writes,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn everything_with_a_rhythm_has_a_schedule() {
    let estate = demo_estate();
    let picks = |asset: &&Asset| asset.entry == Some(Entry::DataTable);
    assert!(
        estate
            .assets
            .iter()
            .filter(picks)
            .all(|journey| journey.schedule.is_some())
    );
    let runs = |kind| matches!(kind, IntegrationKind::Etl | IntegrationKind::Reporting);
    let jobs = estate.integrations.iter().filter(|it| runs(it.kind));
    assert!(jobs.clone().count() > 0 && jobs.into_iter().all(|job| job.schedule.is_some()));
}

#[test]
fn the_first_harm_of_the_quiet_sunday_is_at_ten_in_chicago() {
    let estate = demo_estate();
    let start: Timestamp = "2026-11-22T12:30:00Z".parse().expect("an instant");
    let journey = estate
        .asset(&AssetId::new("J-12").expect("an id"))
        .expect("it is there");
    let schedule = journey.schedule.as_ref().expect("it is daily");
    let next = schedule
        .next_after(start, "America/Chicago")
        .expect("legal")
        .expect("daily");
    assert_eq!(next.to_string(), "2026-11-22T16:00:00Z");
}

#[test]
fn its_season_is_on_the_calendar() {
    let estate = demo_estate();
    let days =
        |freeze: &countersign_model::estate::Freeze| format!("{}..{}", freeze.from, freeze.to);
    assert_eq!(
        estate.freezes.iter().map(days).collect::<Vec<_>>(),
        ["2026-11-24..2026-12-01"]
    );
    let weekends: Vec<&str> = estate
        .business_units
        .iter()
        .filter(|bu| {
            bu.business_hours
                .iter()
                .any(|it| it.until.as_deref() == Some("2027-01-06"))
        })
        .map(|bu| bu.id.as_str())
        .collect();
    assert_eq!(weekends, ["RNA", "LOY"]);
    let starts: Vec<String> = estate
        .assets
        .iter()
        .filter_map(|asset| Some(format!("{} {}", asset.id, asset.starts_at.as_ref()?.at())))
        .collect();
    assert_eq!(
        starts,
        [
            "C-1 2026-11-27T11:00:00Z",
            "C-2 2026-11-28T14:00:00Z",
            "C-3 2026-11-30T06:00:00Z",
            "C-4 2026-12-11T16:00:00Z",
        ]
    );
}

#[test]
fn every_table_journey_and_send_says_what_customers_would_see() {
    let silent = |asset: &Asset| asset.harm.is_empty();
    assert_eq!(demo_estate().assets.into_iter().find(silent), None);
}

#[test]
fn the_lint_finds_the_built_in_weaknesses_and_no_others() {
    let findings = lint(&demo_estate());
    let said = |severity| {
        let of = findings
            .iter()
            .filter(move |finding| finding.severity == severity);
        of.map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(Severity::Error), Vec::<String>::new());
    assert_eq!(
        said(Severity::Warning),
        [
            "scopes_broad: INT-007 holds 39 scopes.",
            "legacy_package: INT-028 is a legacy package; its token route has no future.",
            "credential_shared: INT-008, INT-009 share the credential INT-008.",
            "renewal_cliff: 28 secrets end between 2027-03-21 and 2027-03-28.",
            "job_outlives_token: A run of INT-003 takes 34 min; a token lives less.",
            "backup_missing: INT-045 has no backup.",
            "owner_missing: INT-047 has no owner.",
        ]
    );
    let unknown_ends = findings
        .iter()
        .filter(|it| it.code == "end_unknown")
        .count();
    assert_eq!(said(Severity::Info).len(), unknown_ends);
    assert_eq!(unknown_ends, 9, "3 CRM, 4 outside, 1 legacy, 1 SFTP key");
}
