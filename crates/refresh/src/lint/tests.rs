//! An estate that asks too much of a host is told so.

use super::host_load;
use crate::config::Config;
use crate::input::SlotSpec;
use crate::policy::Policy;
use countersign_model::estate::{Grant, IntegrationKind, Lockout, Tier};
use countersign_model::id::{BuId, CredentialId, SlotId};

fn spec(n: usize, kind: IntegrationKind) -> SlotSpec {
    let credential = CredentialId::new(format!("C-{n}")).unwrap();
    SlotSpec {
        slot: SlotId::of(&credential, 1, None),
        credential,
        bu: BuId::new("BU").unwrap(),
        host: "https://a.example".to_owned(),
        mid: 1,
        tier: Tier::T1,
        policy: Policy::for_integration(kind, Tier::T1, Grant::ClientCredentials, None),
        lockout: Lockout::Armed,
        grant: Grant::ClientCredentials,
        profile: None,
        default_lifetime_ms: 1_079_000,
    }
}

fn warning(n_slots: usize, kind: IntegrationKind) -> Option<String> {
    let specs: Vec<SlotSpec> = (0..n_slots).map(|n| spec(n, kind)).collect();
    let loads = host_load(&specs, &Config::default());
    loads["https://a.example"].warning("https://a.example")
}

#[test]
fn a_host_is_warned_about_above_seventy_percent_of_what_it_sustains() {
    assert_eq!(warning(2_600, IntegrationKind::RealTime), None);
    assert_eq!(
        warning(2_700, IntegrationKind::RealTime).unwrap(),
        "https://a.example: 2700 slots kept warm need 3.57 token requests per second, 71 % of the \
         5.00 it sustains; keep fewer warm, or share slots"
    );
}

#[test]
fn slots_that_mint_before_jobs_add_nothing_steady() {
    assert_eq!(warning(5_000, IntegrationKind::Etl), None);
}

#[test]
fn a_host_known_to_sustain_less_is_judged_by_that() {
    let specs: Vec<SlotSpec> = (0..300)
        .map(|n| spec(n, IntegrationKind::RealTime))
        .collect();
    let mut config = Config::default();
    config
        .host_rates_per_s
        .insert("https://a.example".to_owned(), 0.5);
    let load = host_load(&specs, &config)["https://a.example"];
    assert!((load.share() - 0.794).abs() < 0.01, "{load:?}");
}
