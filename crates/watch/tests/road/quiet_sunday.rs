//! The story of `quiet-sunday`: a secret ends, two refusals 30 s apart, one incident, one message.

use crate::hook_server::HookServer;
use crate::house::{House, at, refusal, success};
use countersign_model::class::Class;
use countersign_model::incident::IncidentState;
use countersign_model::notice::NoticeKind;
use countersign_model::objective::{HealthTime, Month};
use countersign_model::status::Health;
use countersign_store::IncidentFilter;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_refusals_give_one_incident_and_one_message() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:36:00"), &hook);

    house.send(success(at("12:36:00"))).await;
    house.advance_to(at("12:36:00"), at("12:50:59")).await;
    house.send(refusal(at("12:50:59"))).await;
    assert_eq!(
        house.open_incidents().await,
        vec![],
        "one refusal is a suspicion"
    );
    assert!(hook.received().is_empty(), "nobody is told of a suspicion");

    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    let open = house.open_incidents().await;
    assert_eq!(open.len(), 1, "{open:#?}");
    let incident = &open[0];
    assert_eq!(incident.root_cause.to_string(), "credential:INT-029");
    assert_eq!(incident.class, Class::AuthRejected);
    assert_eq!(incident.opened_at, Some(at("12:51:29")));
    assert_eq!(incident.notified_at, Some(at("12:51:29")));
    let affects = incident.affects();
    for id in ["INT-029", "DE-16", "DE-17", "J-11", "J-12", "C-2"] {
        assert!(
            affects.iter().any(|affected| affected == id),
            "{id} is missing in {affects:?}"
        );
    }

    let received = hook.received();
    assert_eq!(received.len(), 1, "one cause, one message");
    let notices = house.store.notices_of(incident.id.clone()).await.unwrap();
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].kind, NoticeKind::IncidentOpened);
    assert_eq!(received[0].id, notices[0].id.as_str());
    let unseen = "Could not see: rows written and runs completed by this flow";
    assert!(
        notices[0]
            .detail
            .iter()
            .any(|line| line.starts_with(unseen)),
        "{:?}",
        notices[0].detail
    );
    assert!(
        received[0].body.contains(incident.id.as_str()),
        "the message leads to the incident"
    );

    let statuses = house.store.statuses().await.unwrap();
    let of = |id: &str| {
        statuses
            .iter()
            .find(|status| status.integration.as_str() == id)
            .unwrap()
    };
    assert_eq!(of("INT-029").health, Health::Failing);
    assert_eq!(of("INT-029").incident.as_ref(), Some(&incident.id));
    assert_eq!(
        of("INT-001").health,
        Health::Unknown,
        "silence is unknown, never healthy"
    );
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_told_open_is_told_resolved() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    house.advance_to(at("12:51:29"), at("13:02:00")).await;
    house.send(success(at("13:02:00"))).await;
    house.advance_to(at("13:02:00"), at("14:02:00")).await;
    house.send(success(at("14:02:00"))).await;

    assert_eq!(house.open_incidents().await, vec![]);
    let told = house
        .store
        .incidents(IncidentFilter::Told, 10)
        .await
        .unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].state, IncidentState::Resolved);
    let notices = house.store.notices_of(told[0].id.clone()).await.unwrap();
    let kinds: Vec<_> = notices.iter().map(|notice| notice.kind).collect();
    assert_eq!(
        kinds,
        [NoticeKind::IncidentOpened, NoticeKind::IncidentResolved]
    );
    assert_eq!(hook.received().len(), 2);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_that_leaves_the_estate_leaves_the_statuses() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:30:00"), &hook);
    house.watch.quiesce().await;
    let before = house.store.statuses().await.unwrap().len();
    assert!(before > 40, "{before}");

    let mut estate = (*house.watch.estate()).clone();
    estate
        .integrations
        .retain(|integration| integration.id.as_str() != "INT-029");
    house.watch.set_estate(estate.clone()).await.unwrap();
    house.watch.quiesce().await;
    let after = house.store.statuses().await.unwrap();
    assert_eq!(after.len(), before - 1);
    assert_eq!(house.store.estate_get().await.unwrap(), Some(estate));
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_watch_was_away_nobody_can_tell() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:36:00"), &hook);
    house.send(success(at("12:36:00"))).await;
    house.advance_to(at("12:36:00"), at("12:46:00")).await;
    house.watch.quiesce().await;
    house.kill().await;

    let house = House::open(dir.path(), at("14:36:00"), &hook);
    house.watch.quiesce().await;
    let month = Month::of(at("14:36:00"));
    let times = house
        .store
        .health_times(month, at("14:36:00"))
        .await
        .unwrap();
    let minutes = |health| -> i64 {
        let of_it =
            |time: &&HealthTime| time.integration.as_str() == "INT-029" && time.health == health;
        times
            .iter()
            .filter(of_it)
            .map(|time| time.lasted.as_mins())
            .sum()
    };
    assert_eq!(minutes(Health::Healthy), 10, "as long as somebody looked");
    assert_eq!(minutes(Health::Unknown), 110);
    house.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incident_ends_when_its_credential_leaves_the_estate() {
    let dir = tempfile::tempdir().unwrap();
    let hook = HookServer::willing().await;
    let house = House::open(dir.path(), at("12:50:59"), &hook);
    house.send(refusal(at("12:50:59"))).await;
    house.advance_to(at("12:50:59"), at("12:51:29")).await;
    house.send(refusal(at("12:51:29"))).await;
    assert_eq!(house.open_incidents().await.len(), 1);

    let mut estate = (*house.watch.estate()).clone();
    let is_other = |id: &str| id != "INT-029";
    estate.credentials.retain(|one| is_other(one.id.as_str()));
    estate
        .integrations
        .retain(|one| is_other(one.credential.as_str()));
    house.watch.set_estate(estate).await.unwrap();
    house.watch.quiesce().await;
    assert_eq!(house.open_incidents().await, vec![]);
    let received = hook.received();
    assert_eq!(received.len(), 2, "opened, closed");
    assert!(
        received[1].body.contains("left the estate"),
        "{}",
        received[1].body
    );
    house.kill().await;
}
