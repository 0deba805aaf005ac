//! What people do about an incident, and what it costs as time passes, across a restart.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal, success};
use countersign_model::impact::FigureKind;
use countersign_model::incident::Incident;
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
