//! What people do about an incident, and what it costs as time passes, across a restart.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal, success};
use countersign_incident::expect::{Said, expectation};
use countersign_model::Timestamp;
use countersign_model::impact::FigureKind;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::outcome::{Fact, Outcome};
use countersign_model::response::{Deed, FoundBy, StepState};

async fn the_open_one(house: &House) -> Incident {
    let mut open = house.open_incidents().await;
    assert_eq!(open.len(), 1, "{open:#?}");
    open.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incident_is_taken_on_and_its_harm_grows_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:36:00"), &hook);
    house.send(success(at("12:36:00"))).await;
    house.advance_to(at("12:36:00"), at("12:50:59")).await;
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    let incident = the_open_one(&house).await;
    assert_eq!(incident.impact.as_ref().unwrap().figures, []);

    let taken = Deed::Acknowledged {
        found_by: FoundBy::System,
        by: Some("Loyalty Product Engineering".to_owned()),
    };
    house.watch.note_deed(&incident.id, &taken).await.unwrap();
    let held = Deed::StepDone("hold".to_owned());
    house.watch.note_deed(&incident.id, &held).await.unwrap();
    house.watch.quiesce().await;
    let response = the_open_one(&house).await.response;
    let acknowledged = response.acknowledged.as_ref().unwrap();
    assert_eq!(acknowledged.at, at("12:51:29"));
    assert_eq!(
        acknowledged.by.as_deref(),
        Some("Loyalty Product Engineering")
    );
    let hold = response
        .steps
        .iter()
        .find(|step| step.name == "hold")
        .unwrap();
    assert_eq!(hold.state, StepState::Done);
    house.kill().await;

    let house = House::open(dir.path(), at("16:00:30"), &hook);
    house.advance_to(at("16:00:30"), at("16:02:00")).await;
    let incident = the_open_one(&house).await;
    let stale = incident
        .impact
        .as_ref()
        .unwrap()
        .total(FigureKind::StaleSends);
    assert!(
        stale.is_some_and(|range| range.best > 11_500.0),
        "{stale:?}"
    );
    assert!(incident.response.acknowledged.is_some());
    let own = incident
        .response
        .screens
        .iter()
        .find(|screen| screen.id == "INT-029");
    assert!(
        own.unwrap().counted.starts_with("Token requests fail"),
        "{own:?}"
    );
    assert_eq!(hook.received().len(), 1, "nobody is told anew");
    house.kill().await;
}

/// A refusal of a call for want of a scope: another failure of the same integration.
fn forbidden(ts: Timestamp) -> Outcome {
    let mut outcome = refusal(ts);
    outcome.id = format!("call-{}", ts.as_second()).parse().unwrap();
    let Fact::Mint { call, .. } = outcome.fact else {
        unreachable!("refusals are token requests");
    };
    let call = countersign_model::outcome::Call {
        route: Some("/hub/v1/dataevents/key:{key}/rowset".to_owned()),
        status: Some(403),
        error_code: Some("20002".to_owned()),
        ..call
    };
    outcome.n = 20;
    outcome.fact = Fact::Call(call);
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_expected_pages_nobody_after_a_restart_and_another_failure_does() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:36:00"), &hook);
    house.send(success(at("12:36:00"))).await;
    house.advance_to(at("12:36:00"), at("12:50:59")).await;
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    let incident = the_open_one(&house).await;
    let said = Said {
        reason: "the secret is being exchanged".to_owned(),
        by: "Loyalty Product Engineering".to_owned(),
        form: None,
        until: Some(at("15:00:00")),
    };
    let rule = expectation(&house.watch.estate(), &incident, said, at("12:51:29")).unwrap();
    let deed = Deed::Expected(Box::new(rule.clone()));
    house.watch.note_deed(&incident.id, &deed).await.unwrap();
    house.watch.quiesce().await;
    assert_eq!(house.open_incidents().await, []);
    let ended = house.store.incident(incident.id.clone()).await.unwrap();
    assert_eq!(ended.unwrap().state, IncidentState::Dismissed);
    assert_eq!(house.store.expectations().await.unwrap().len(), 1);
    assert_eq!(hook.received().len(), 2, "opened, and expected");
    house.kill().await;

    // Forty minutes later it is refused still: a new incident, were it not expected.
    let house = House::open(dir.path(), at("13:31:00"), &hook);
    for (from, to) in [("13:31:00", "13:31:30"), ("13:31:30", "13:32:00")] {
        house.advance_to(at(from), at(to)).await;
        house.send(refusal(at(to))).await;
    }
    assert_eq!(house.open_incidents().await, []);
    house.advance_to(at("13:32:00"), at("13:32:30")).await;
    house.send(success(at("13:32:30"))).await;
    for (from, to) in [
        ("13:32:30", "13:33:00"),
        ("13:33:00", "13:34:00"),
        ("13:34:00", "13:35:00"),
        ("13:35:00", "13:36:00"),
        ("13:36:00", "13:37:00"),
    ] {
        house.advance_to(at(from), at(to)).await;
        house.send(forbidden(at(to))).await;
    }
    let other = the_open_one(&house).await;
    assert_eq!(other.class.as_str(), "scope");
    assert_ne!(other.id, incident.id);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_on_after_it_was_expected_to_end_pages() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    let incident = the_open_one(&house).await;
    let said = Said {
        reason: "the secret is being exchanged".to_owned(),
        by: "Loyalty Product Engineering".to_owned(),
        form: None,
        until: Some(at("13:40:00")),
    };
    let rule = expectation(&house.watch.estate(), &incident, said, at("12:51:29")).unwrap();
    let deed = Deed::Expected(Box::new(rule));
    house.watch.note_deed(&incident.id, &deed).await.unwrap();
    house.watch.quiesce().await;
    house.advance_to(at("12:51:29"), at("13:49:00")).await;
    assert_eq!(house.open_incidents().await, []);
    house.advance_to(at("13:49:00"), at("13:51:00")).await;
    let again = the_open_one(&house).await;
    assert_eq!(again.root_cause, incident.root_cause);
    assert_eq!(again.opened_at, Some(at("13:50:00")));
    house.kill().await;
}
