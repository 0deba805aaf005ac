use super::score::Scorer;
use super::*;
use countersign_feed::estate::demo_estate;
use countersign_model::graph::Node;
use countersign_model::incident::{Confidence, Evidence};

pub(super) fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(super) fn signal(cause: &str, minute: i64, class: Class, strength: Strength) -> Signal {
    let cause: RootCause = id(cause);
    let credentials = match &cause {
        RootCause::Credential(credential) => vec![credential.clone()],
        _ => Vec::new(),
    };
    Signal {
        at: at(minute),
        evidence: vec![Evidence {
            at: at(minute),
            outcome: None,
            words: format!("{cause} at {minute}"),
        }],
        cause,
        class,
        refused: None,
        strength,
        confidence: Confidence::Likely,
        since: at(minute),
        credentials,
        integrations: Vec::new(),
        token_ends_at: None,
        calls_refused_since: None,
        blind_spots: Vec::new(),
    }
}

pub(super) fn symptom(asset: &str, minute: i64, class: Class) -> Signal {
    signal(&format!("asset:{asset}"), minute, class, Strength::Page)
}

/// Weighs signals one after the other, a minute after each; what came of the last.
pub(super) fn last(health: &Health, signals: &[Signal]) -> Vec<Step> {
    let mut correlator = Correlator::new(&demo_estate());
    let mut steps = Vec::new();
    for signal in signals {
        steps = correlator.weigh(signal.at, signal, health);
    }
    steps
}

/// The causes taken and the children absorbed, in order.
pub(super) fn told(steps: &[Step]) -> Vec<String> {
    let words = |step: &Step| match step {
        Step::Take(signal) => format!("{} {:?}", signal.cause, signal.strength),
        Step::Absorb { child, parent } => format!("{child} -> {parent}"),
    };
    steps.iter().map(words).collect()
}

pub(super) fn works(flows: &[&str], minute: i64) -> Health {
    Health {
        worked_at: flows.iter().map(|flow| (id(flow), at(minute))).collect(),
        ..Health::default()
    }
}

#[test]
fn one_symptom_that_nothing_explains_is_local() {
    let steps = last(&Health::default(), &[symptom("J-06", 0, Class::Stopped)]);
    assert_eq!(told(&steps), ["asset:J-06 Page"]);
}

#[test]
fn an_end_date_that_has_come_and_a_load_without_rows_name_the_credential() {
    let steps = last(&Health::default(), &[symptom("DE-16", 69, Class::ZeroRows)]);
    let [Step::Take(blamed)] = steps.as_slice() else {
        panic!("{steps:?}")
    };
    assert_eq!(blamed.cause, id("credential:INT-029"));
    assert_eq!(
        (blamed.class, blamed.strength),
        (Class::ZeroRows, Strength::Page)
    );
    assert_eq!(blamed.confidence, Confidence::Likely);
    assert!(blamed.blind_spots[0].contains("nobody reports them"));
}

#[test]
fn the_same_load_is_local_while_its_calls_are_answered() {
    let health = works(&["INT-029"], 70);
    let steps = last(&health, &[symptom("DE-16", 69, Class::ZeroRows)]);
    assert_eq!(told(&steps), ["asset:DE-16 Page"]);
}

#[test]
fn two_tables_of_one_flow_that_is_not_seen_name_its_credential() {
    let steps = last(
        &Health::default(),
        &[
            symptom("DE-05", 0, Class::Frozen),
            symptom("DE-06", 2, Class::Frozen),
        ],
    );
    assert_eq!(
        told(&steps),
        [
            "asset:DE-05 -> credential:INT-012",
            "credential:INT-012 Page"
        ]
    );
}

#[test]
fn a_table_of_the_same_flow_that_goes_on_speaks_for_the_credential() {
    let estate = demo_estate();
    let symptoms = BTreeMap::from([(id("DE-05"), symptom("DE-05", 0, Class::Frozen))]);
    let score = |health: &Health| {
        let scorer = Scorer {
            estate: &estate,
            symptoms: &symptoms,
            health,
        };
        let upstream = |_: &AssetId, _| vec![(Node::Credential(id("INT-012")), 2)];
        scorer.candidates(&id("DE-05"), at(0), upstream)[0].score
    };
    let mut health = Health::default();
    let alone = score(&health);
    health.went_on_at.insert(id("DE-06"), at(20));
    assert!((alone - score(&health) - 2.298_57).abs() < 1e-3);
}

#[test]
fn a_refused_credential_explains_what_it_feeds_and_a_suspicion_with_one_stop_pages() {
    let refused = signal(
        "credential:INT-010",
        0,
        Class::AuthRejected,
        Strength::Suspect,
    );
    let steps = last(
        &Health::default(),
        &[refused, symptom("J-01", 12, Class::Stopped)],
    );
    assert_eq!(told(&steps), ["credential:INT-010 Page"]);
    let Step::Take(joined) = &steps[0] else {
        panic!("{steps:?}")
    };
    assert_eq!(joined.class, Class::AuthRejected);
    assert_eq!(joined.evidence.len(), 2);
}

#[test]
fn a_symptom_long_before_its_cause_is_not_explained_by_it() {
    let refused = signal(
        "credential:INT-010",
        60,
        Class::AuthRejected,
        Strength::Page,
    );
    let steps = last(
        &Health::default(),
        &[symptom("J-01", 0, Class::Stopped), refused],
    );
    assert_eq!(told(&steps), ["credential:INT-010 Page"]);
}

#[test]
fn what_was_thought_local_becomes_a_part_of_the_cause_that_shows_later() {
    let refused = signal("credential:INT-010", 5, Class::AuthRejected, Strength::Page);
    let steps = last(
        &Health::default(),
        &[symptom("J-01", 2, Class::Stopped), refused],
    );
    assert_eq!(
        told(&steps),
        [
            "asset:J-01 -> credential:INT-010",
            "credential:INT-010 Page",
            "credential:INT-010 Page"
        ]
    );
}

#[test]
fn a_journey_on_a_frozen_table_belongs_to_the_table() {
    let health = works(&["INT-011"], 60);
    let steps = last(
        &health,
        &[
            symptom("DE-04", 0, Class::Frozen),
            symptom("J-03", 20, Class::Stopped),
        ],
    );
    assert_eq!(told(&steps), ["asset:DE-04 Page"]);
}

#[test]
fn a_failing_provider_explains_the_flows_it_was_seen_in_and_none_that_work() {
    let mut outage = signal("platform", 0, Class::Upstream, Strength::Page);
    outage.integrations = vec![id("INT-010")];
    let reached = [outage.clone(), symptom("J-01", 12, Class::Stopped)];
    assert_eq!(told(&last(&Health::default(), &reached)), ["platform Page"]);
    let other = [outage, symptom("J-06", 12, Class::Stopped)];
    let works = works(&["INT-021"], 60);
    assert_eq!(told(&last(&works, &other)), ["asset:J-06 Page"]);
    assert_eq!(told(&last(&Health::default(), &other)), ["platform Page"]);
}

#[test]
fn a_guess_ends_with_the_last_of_its_symptoms() {
    let heal = |asset: &str, minute| {
        signal(
            &format!("asset:{asset}"),
            minute,
            Class::Frozen,
            Strength::Healed,
        )
    };
    let mut correlator = Correlator::new(&demo_estate());
    let health = Health::default();
    for sick in ["DE-05", "DE-06"] {
        correlator.weigh(at(1), &symptom(sick, 0, Class::Frozen), &health);
    }
    assert_eq!(correlator.weigh(at(90), &heal("DE-05", 90), &health), []);
    let steps = correlator.weigh(at(91), &heal("DE-06", 91), &health);
    assert_eq!(told(&steps), ["credential:INT-012 Healed"]);
    assert_eq!(correlator.take_changed(), Some(&CorrelatorState::default()));
    assert_eq!(correlator.take_changed(), None);
}

#[test]
fn what_is_remembered_survives_being_stored() {
    let mut correlator = Correlator::new(&demo_estate());
    let health = Health::default();
    correlator.weigh(at(0), &symptom("DE-05", 0, Class::Frozen), &health);
    let text = serde_json::to_string(correlator.take_changed().unwrap()).unwrap();
    let mut other = Correlator::new(&demo_estate());
    other.restore(serde_json::from_str(&text).unwrap());
    let next = symptom("DE-06", 2, Class::Frozen);
    assert_eq!(
        other.weigh(at(2), &next, &health),
        correlator.weigh(at(2), &next, &health)
    );
}

#[test]
fn one_credential_that_stumbled_alone_is_a_part_of_the_providers_failure() {
    let alone = signal("credential:INT-021", 0, Class::Upstream, Strength::Page);
    let outage = signal("platform", 3, Class::Upstream, Strength::Page);
    let steps = last(&Health::default(), &[alone.clone(), outage.clone()]);
    assert_eq!(
        told(&steps),
        ["credential:INT-021 -> platform", "platform Page"]
    );
    let after = last(&Health::default(), &[outage, alone]);
    assert_eq!(after, []);
}

#[test]
fn a_suspicion_of_the_provider_grows_into_a_page() {
    let suspect = signal("platform", 0, Class::Upstream, Strength::Suspect);
    let page = signal("platform", 5, Class::Upstream, Strength::Page);
    let steps = last(&Health::default(), &[suspect, page]);
    assert_eq!(told(&steps), ["platform Page"]);
}

#[test]
fn a_flow_whose_old_token_lasted_into_the_outage_is_a_part_of_it() {
    let outage = signal("platform", 0, Class::Upstream, Strength::Page);
    let stopped = symptom("TS-06", 15, Class::Stopped);
    let until = |minute| {
        let health = works(&["INT-018"], minute);
        told(&last(&health, &[outage.clone(), stopped.clone()]))
    };
    assert_eq!(until(14), ["platform Page"]);
    assert_eq!(until(30), ["asset:TS-06 Page"]);
}

#[test]
fn a_credential_blamed_by_guess_becomes_a_part_of_the_outage_that_shows_later() {
    let outage = signal("platform", -1, Class::Upstream, Strength::Page);
    let steps = last(
        &Health::default(),
        &[
            symptom("DE-05", 0, Class::Frozen),
            symptom("DE-06", 2, Class::Frozen),
            outage,
        ],
    );
    assert_eq!(
        told(&steps)[..2],
        ["credential:INT-012 -> platform", "platform Page"]
    );
}

#[test]
fn a_send_and_a_journey_that_one_unseen_flow_fills_name_its_credential() {
    let stops = [
        symptom("TS-09", 0, Class::Stopped),
        symptom("J-10", 1, Class::Stopped),
    ];
    let told_of = |health: &Health| told(&last(health, &stops));
    assert_eq!(
        told_of(&Health::default()),
        [
            "asset:TS-09 -> credential:INT-031",
            "credential:INT-031 Page"
        ]
    );
    assert_eq!(told_of(&works(&["INT-031"], 5)), ["asset:TS-09 Page"]);
}

#[test]
fn a_flow_that_fell_joins_the_credential_whose_flows_fell_together_until_that_is_over() {
    let health = Health::default();
    let mut correlator = Correlator::new(&demo_estate());
    let pool = signal("credential:INT-012", 0, Class::Reduced, Strength::Page);
    let alone = Signal {
        strength: Strength::Suspect,
        ..symptom("DE-05", 1, Class::Reduced)
    };
    assert_eq!(
        told(&correlator.weigh(at(0), &pool, &health)),
        ["credential:INT-012 Page"]
    );
    let joined = correlator.weigh(at(1), &alone, &health);
    assert_eq!(told(&joined), ["credential:INT-012 Page"]);
    let [Step::Take(whole)] = joined.as_slice() else {
        panic!("{joined:?}")
    };
    assert_eq!(whole.evidence.len(), 2);

    let over = Signal {
        strength: Strength::Healed,
        ..signal("credential:INT-012", 5, Class::Reduced, Strength::Page)
    };
    assert_eq!(
        told(&correlator.weigh(at(5), &over, &health)),
        ["credential:INT-012 Healed"]
    );
    let later = correlator.weigh(at(6), &alone, &health);
    assert!(
        !told(&later)
            .iter()
            .any(|step| step == "credential:INT-012 Page")
    );
}

#[test]
fn the_end_of_a_common_fall_ends_no_refusal_of_its_credential() {
    let health = Health::default();
    let pool = signal("credential:INT-012", 1, Class::Reduced, Strength::Page);
    let over = Signal {
        strength: Strength::Healed,
        ..signal("credential:INT-012", 5, Class::Reduced, Strength::Page)
    };
    let refused = signal("credential:INT-012", 0, Class::AuthRejected, Strength::Page);
    let steps = last(&health, &[refused, pool, over]);
    assert_eq!(told(&steps), Vec::<String>::new());
}
