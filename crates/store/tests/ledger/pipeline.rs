//! One turn, one transaction.

use crate::house::{at, entry, finding, house, incident, notice};
use countersign_model::class::Class;
use countersign_model::estate::Estate;
use countersign_model::expectation::{Expectation, ExpectedForm, Pattern, Withdrawal};
use countersign_model::finding::{Finding, Severity};
use countersign_model::id::IntegrationId;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::notice::NoticeKind;
use countersign_model::status::{Health, IntegrationStatus};
use countersign_store::{FindingFilter, IncidentFilter, Loaded, PipelineCommit};

fn status(id: &str, health: Health) -> IntegrationStatus {
    let id: IntegrationId = id.parse().unwrap();
    let credential = id.as_str().parse().unwrap();
    IntegrationStatus {
        health,
        reason: "no evidence yet".to_owned(),
        token_expires_at: Some(at("13:00:00")),
        ..IntegrationStatus::unseen(id, credential)
    }
}

#[tokio::test]
async fn a_new_ledger_starts_from_nothing() {
    let house = house();
    assert_eq!(
        house.store.pipeline_load().await.unwrap(),
        Loaded::default()
    );
    assert_eq!(house.store.estate_get().await.unwrap(), None);
}

#[tokio::test]
async fn a_turn_comes_back_as_it_was_committed() {
    let house = house();
    let open = incident(1, IncidentState::Open, at("12:51:29"));
    let told = notice(&open, NoticeKind::IncidentOpened, 1);
    let statuses = vec![
        status("INT-028", Health::Unknown),
        status("INT-029", Health::Failing),
    ];
    let turn = PipelineCommit {
        cursor: 7,
        incidents: vec![open.clone()],
        notices: vec![entry(&told, &["mail"])],
        statuses: statuses.clone(),
        memory: vec![("a".into(), Some("1".into())), ("b".into(), None)],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();

    let loaded = house.store.pipeline_load().await.unwrap();
    assert_eq!(
        loaded,
        Loaded {
            cursor: 7,
            incidents: vec![open.clone()],
            ended: vec![],
            findings: vec![],
            expectations: vec![],
            statuses,
            memory: [("a".to_owned(), "1".to_owned())].into(),
            judged_at: None,
        }
    );
    assert_eq!(
        house.store.incident(open.id.clone()).await.unwrap(),
        Some(open.clone())
    );
    assert_eq!(house.store.notices_of(open.id).await.unwrap(), vec![told]);
}

fn rule(incident: &str, form: ExpectedForm) -> Expectation {
    Expectation {
        incident: incident.parse().unwrap(),
        made_at: at("12:53:00"),
        by: "Loyalty".to_owned(),
        reason: "the store closes".to_owned(),
        form,
        patterns: vec![Pattern {
            cause: "asset:J-11".parse().unwrap(),
            class: Class::Stopped,
        }],
        zone: "America/Chicago".to_owned(),
        from: at("12:00:00"),
        to: at("15:00:00"),
        until: None,
        withdrawn: None,
    }
}

#[tokio::test]
async fn what_is_expected_is_loaded_again_until_it_is_taken_back() {
    let house = house();
    let (once, weekly) = (
        rule("inc_01", ExpectedForm::Once),
        rule("inc_02", ExpectedForm::Weekly),
    );
    let turn = PipelineCommit {
        expectations: vec![once.clone(), weekly.clone()],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let loaded = house.store.pipeline_load().await.unwrap().expectations;
    assert_eq!(loaded, [once.clone(), weekly.clone()]);
    assert_eq!(house.store.expectations().await.unwrap(), loaded);

    let withdrawn = Some(Withdrawal {
        at: at("13:00:00"),
        by: "Loyalty".to_owned(),
    });
    let turn = PipelineCommit {
        expectations: vec![Expectation { withdrawn, ..once }],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    assert_eq!(house.store.expectations().await.unwrap(), [weekly]);
}

#[tokio::test]
async fn lists_tell_open_told_and_all_apart() {
    let house = house();
    let states = [
        IncidentState::Suspect,
        IncidentState::Open,
        IncidentState::Resolved,
        IncidentState::Dismissed,
    ];
    let incidents: Vec<_> = (1..)
        .zip(states)
        .map(|(n, state)| incident(n, state, at("12:00:00")))
        .collect();
    let turn = PipelineCommit {
        incidents,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();

    let count = async |filter| house.store.incidents(filter, 10).await.unwrap().len();
    assert_eq!(count(IncidentFilter::Open).await, 1);
    assert_eq!(count(IncidentFilter::Told).await, 2);
    assert_eq!(count(IncidentFilter::All).await, 4);
    assert_eq!(
        house.store.pipeline_load().await.unwrap().incidents.len(),
        2
    );
}

#[tokio::test]
async fn what_ended_last_is_loaded_first_so_that_it_can_reopen() {
    let house = house();
    let ended = |n: u64, end: &str| Incident {
        resolved_at: Some(at(end)),
        ..incident(n, IncidentState::Resolved, at("12:00:00"))
    };
    let (late, early) = (ended(1, "13:30:00"), ended(2, "13:00:00"));
    let live = incident(3, IncidentState::Open, at("12:00:00"));
    let incidents = vec![early.clone(), live.clone(), late.clone()];
    let turn = PipelineCommit {
        incidents,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();

    let loaded = house.store.pipeline_load().await.unwrap();
    assert_eq!(loaded.incidents, vec![live]);
    assert_eq!(loaded.ended, vec![late, early]);
}

#[tokio::test]
async fn statuses_not_named_stay_and_those_gone_go() {
    let house = house();
    let all = vec![
        status("INT-001", Health::Healthy),
        status("INT-002", Health::Healthy),
    ];
    let first = PipelineCommit {
        statuses: all,
        ..PipelineCommit::default()
    };
    house.store.commit(first).await.unwrap();
    let second = PipelineCommit {
        statuses: vec![status("INT-002", Health::Failing)],
        statuses_gone: vec!["INT-001".parse().unwrap()],
        ..PipelineCommit::default()
    };
    house.store.commit(second).await.unwrap();
    let left = house.store.statuses().await.unwrap();
    assert_eq!(left, vec![status("INT-002", Health::Failing)]);
}

#[tokio::test]
async fn the_cursor_never_goes_back() {
    let house = house();
    for cursor in [9, 4] {
        let turn = PipelineCommit {
            cursor,
            ..PipelineCommit::default()
        };
        house.store.commit(turn).await.unwrap();
    }
    assert_eq!(house.store.pipeline_load().await.unwrap().cursor, 9);
}

#[tokio::test]
async fn the_estate_is_replaced_whole() {
    let house = house();
    for name in ["old", "new"] {
        let estate = Estate {
            version: 1,
            name: name.to_owned(),
            ..Estate::default()
        };
        house
            .store
            .estate_put(&estate, at("12:00:00"))
            .await
            .unwrap();
    }
    assert_eq!(house.store.estate_get().await.unwrap().unwrap().name, "new");
}

#[tokio::test]
async fn findings_come_back_with_the_turn_and_a_closed_one_is_kept_for_the_list() {
    let house = house();
    let (grave, slight) = (
        finding("wrong_bu", "INT-003", Severity::Urgent),
        finding("clock_skew", "INT-004", Severity::Info),
    );
    let turn = PipelineCommit {
        findings: vec![slight.clone(), grave.clone()],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let open = house.store.findings(FindingFilter::Open, 10).await.unwrap();
    assert_eq!(open, [grave.clone(), slight.clone()]);
    assert_eq!(house.store.pipeline_load().await.unwrap().findings.len(), 2);

    let closed = Finding {
        closed_at: Some(at("13:00:00")),
        ..grave
    };
    let turn = PipelineCommit {
        findings: vec![closed.clone()],
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    let loaded = house.store.pipeline_load().await.unwrap();
    assert_eq!(loaded.findings, std::slice::from_ref(&slight));
    let all = house.store.findings(FindingFilter::All, 10).await.unwrap();
    assert_eq!(all, [slight.clone(), closed]);
    assert_eq!(
        house.store.findings(FindingFilter::All, 1).await.unwrap(),
        [slight]
    );
}
