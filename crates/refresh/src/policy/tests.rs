//! What each kind and tier gets, what an override changes, and how a policy explains itself.

use super::{Life, Mode, Policy, Strategy};
use countersign_model::estate::{Grant, IntegrationKind, StrategyOverride, Tier};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;

const KINDS: [IntegrationKind; 8] = [
    IntegrationKind::OnDemand,
    IntegrationKind::RealTime,
    IntegrationKind::Etl,
    IntegrationKind::ThirdParty,
    IntegrationKind::JourneyHttp,
    IntegrationKind::Mcc,
    IntegrationKind::Reporting,
    IntegrationKind::Monitoring,
];
const TIERS: [Tier; 4] = [Tier::T0, Tier::T1, Tier::T2, Tier::T3];

fn plain(kind: IntegrationKind, tier: Tier) -> Policy {
    Policy::for_integration(kind, tier, Grant::ClientCredentials, None)
}

fn own(keep_warm: Option<bool>, refresh_ratio: Option<f64>) -> StrategyOverride {
    let jitter_ratio = refresh_ratio.map(|_| 0.0);
    StrategyOverride {
        keep_warm,
        before_job: None,
        refresh_ratio,
        jitter_ratio,
        reason: "peak season".to_owned(),
    }
}

#[test]
fn every_kind_is_kept_warm_but_etl_and_reporting() {
    for kind in KINDS {
        let batch = matches!(kind, IntegrationKind::Etl | IntegrationKind::Reporting);
        let expected = if batch {
            Mode::BeforeJob
        } else {
            Mode::KeepWarm
        };
        for tier in TIERS {
            assert_eq!(plain(kind, tier).mode, expected, "{kind:?} {tier:?}");
        }
    }
}

#[test]
fn only_the_critical_tier_is_renewed_at_half_its_life() {
    for kind in KINDS {
        assert!((plain(kind, Tier::T0).refresh_ratio - 0.5).abs() < 1e-9);
        for tier in [Tier::T1, Tier::T2, Tier::T3] {
            assert!((plain(kind, tier).refresh_ratio - 0.75).abs() < 1e-9);
        }
    }
}

#[test]
fn a_batch_drops_its_token_after_the_job_unless_it_matters_too_much() {
    assert!(plain(IntegrationKind::Etl, Tier::T2).drop_after_job);
    assert!(plain(IntegrationKind::Reporting, Tier::T3).drop_after_job);
    assert!(!plain(IntegrationKind::Etl, Tier::T1).drop_after_job);
    assert!(!plain(IntegrationKind::RealTime, Tier::T3).drop_after_job);
    let exchange =
        Policy::for_integration(IntegrationKind::Etl, Tier::T3, Grant::RefreshToken, None);
    assert!(
        !exchange.drop_after_job,
        "each exchange spends a refresh token"
    );
}

#[test]
fn an_override_changes_what_it_names_and_says_why() {
    let etl = Policy::for_integration(
        IntegrationKind::Etl,
        Tier::T2,
        Grant::ClientCredentials,
        Some(&own(Some(true), Some(0.6))),
    );
    assert_eq!((etl.mode, etl.drop_after_job), (Mode::KeepWarm, false));
    assert!((etl.refresh_ratio - 0.6).abs() < 1e-9);
    let seasonal = Policy::for_integration(
        IntegrationKind::OnDemand,
        Tier::T1,
        Grant::ClientCredentials,
        Some(&own(Some(false), None)),
    );
    assert_eq!(seasonal.mode, Mode::OnDemand);
    assert_eq!(seasonal.reason.as_deref(), Some("peak season"));
}

#[test]
fn a_ratio_out_of_bounds_is_brought_inside() {
    let wild = StrategyOverride {
        before_job: None,
        keep_warm: None,
        refresh_ratio: Some(7.0),
        jitter_ratio: Some(-1.0),
        reason: "typo".to_owned(),
    };
    let policy = Policy::for_integration(
        IntegrationKind::RealTime,
        Tier::T1,
        Grant::ClientCredentials,
        Some(&wild),
    );
    assert!((policy.refresh_ratio - 0.9).abs() < 1e-9);
    assert!(policy.jitter_ratio.abs() < 1e-9);
}

#[test]
fn a_shared_slot_follows_the_strictest_of_its_users() {
    let journey = plain(IntegrationKind::JourneyHttp, Tier::T2);
    let critical = plain(IntegrationKind::OnDemand, Tier::T0);
    let batch = plain(IntegrationKind::Etl, Tier::T3);
    let merged = batch.merge(&journey).merge(&critical);
    assert_eq!((merged.mode, merged.tier), (Mode::KeepWarm, Tier::T0));
    assert!((merged.refresh_ratio - 0.5).abs() < 1e-9);
    assert!(!merged.drop_after_job);
}

#[test]
fn a_policy_explains_itself() {
    let check = |kind, tier, own: Option<&StrategyOverride>, life_ms, expected: &str| {
        let policy = Policy::for_integration(kind, tier, Grant::ClientCredentials, own);
        assert_eq!(policy.explain(Life::Told(life_ms)), expected);
        let assumed = policy.explain(Life::Assumed(life_ms));
        let life_s = life_ms / 1_000;
        let says = format!("{expected}; assumes a life of {life_s} s until the platform tells");
        assert_eq!(assumed, says);
    };
    check(
        IntegrationKind::RealTime,
        Tier::T1,
        None,
        1_079_000,
        "renews at 70-75 % of 1079 s because it is a real-time flow of tier T1; \
         survives 4.5 min of outage",
    );
    check(
        IntegrationKind::OnDemand,
        Tier::T0,
        None,
        1_079_000,
        "renews at 45-50 % of 1079 s because it is an on-demand flow of tier T0; \
         survives 9 min of outage",
    );
    check(
        IntegrationKind::Etl,
        Tier::T2,
        None,
        3_600_000,
        "mints up to 3 min before each job, drops the token after it, \
         because it is a batch flow of tier T2",
    );
    check(
        IntegrationKind::Mcc,
        Tier::T1,
        Some(&own(None, Some(0.5))),
        3_600_000,
        "renews at 50 % of 3600 s because it is a CRM sync aligned with its schedule of tier T1, \
         overridden: peak season; survives 30 min of outage",
    );
    check(
        IntegrationKind::OnDemand,
        Tier::T1,
        Some(&own(Some(false), None)),
        1_079_000,
        "renews when a caller asks after 70-75 % of 1079 s because it is an on-demand flow of \
         tier T1, overridden: peak season",
    );
    assert_eq!(
        plain(IntegrationKind::JourneyHttp, Tier::T2).strategy,
        Strategy::JourneyGroup
    );
}

fn any_policy() -> impl proptest::strategy::Strategy<Value = Policy> {
    (0..8usize, 0..4usize, proptest::option::of(any::<bool>())).prop_map(|(kind, tier, warm)| {
        let own = warm.map(|keep| own(Some(keep), None));
        Policy::for_integration(
            KINDS[kind],
            TIERS[tier],
            Grant::ClientCredentials,
            own.as_ref(),
        )
    })
}

proptest! {
    #[test]
    fn merging_is_commutative_and_idempotent_in_all_that_decides(a in any_policy(), b in any_policy()) {
        let decides = |p: &Policy| {
            (p.mode, p.tier, p.refresh_ratio.to_bits(), p.jitter_ratio.to_bits(),
             p.drop_after_job, p.aligned)
        };
        prop_assert_eq!(decides(&a.merge(&b)), decides(&b.merge(&a)));
        prop_assert_eq!(decides(&a.merge(&a)), decides(&a));
        prop_assert!(a.merge(&b).mode >= a.mode && a.merge(&b).refresh_ratio <= a.refresh_ratio);
    }
}

#[test]
fn any_kind_can_be_told_to_mint_before_its_jobs_and_a_batch_not_to() {
    let told = |kind, before_job| {
        let own = StrategyOverride {
            before_job: Some(before_job),
            ..own(None, None)
        };
        Policy::for_integration(kind, Tier::T2, Grant::ClientCredentials, Some(&own))
    };
    let monthly = told(IntegrationKind::OnDemand, true);
    assert_eq!(monthly.mode, Mode::BeforeJob);
    assert!(monthly.drop_after_job);
    assert_eq!(told(IntegrationKind::Etl, false).mode, Mode::KeepWarm);
}
