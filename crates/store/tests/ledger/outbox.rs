//! Invariant N1: a notice is sent at least once, with an idempotency key, and in order.

use crate::house::{House, at, entry, house, incident, notice};
use countersign_model::SignedDuration;
use countersign_model::incident::{Incident, IncidentState};
use countersign_model::notice::{Notice, NoticeKind};
use countersign_store::{DeliveryState, PipelineCommit};

async fn outbox_with(kinds: &[NoticeKind], channels: &[&str]) -> (House, Incident, Vec<Notice>) {
    let house = house();
    let open = incident(1, IncidentState::Open, at("12:51:29"));
    let notices: Vec<_> = (1..)
        .zip(kinds)
        .map(|(n, kind)| notice(&open, *kind, n))
        .collect();
    let turn = PipelineCommit {
        incidents: vec![open.clone()],
        notices: notices
            .iter()
            .map(|notice| entry(notice, channels))
            .collect(),
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();
    (house, open, notices)
}

#[tokio::test]
async fn each_channel_gets_its_own_delivery_and_done_is_done() {
    let (house, _, notices) = outbox_with(&[NoticeKind::IncidentOpened], &["chat", "mail"]).await;
    let now = at("12:51:30");
    let due = house.store.notices_due(now, 10).await.unwrap();
    let channels: Vec<_> = due
        .iter()
        .map(|delivery| delivery.channel.as_str())
        .collect();
    assert_eq!(channels, ["chat", "mail"]);
    assert!(
        due.iter()
            .all(|d| d.attempt == 1 && d.first_at.is_none() && d.notice == notices[0])
    );

    house
        .store
        .delivery_done(notices[0].id.clone(), "chat".to_owned(), now)
        .await
        .unwrap();
    let due = house.store.notices_due(now, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].channel, "mail");
}

#[tokio::test]
async fn a_failed_delivery_waits_for_its_time_and_counts_attempts() {
    let (house, open, notices) = outbox_with(&[NoticeKind::IncidentOpened], &["chat"]).await;
    let (now, next) = (at("12:51:30"), at("12:52:00"));
    let id = notices[0].id.clone();
    let answer = "answered 503".to_owned();
    house
        .store
        .delivery_failed(id, "chat".to_owned(), now, answer, Some(next))
        .await
        .unwrap();

    assert_eq!(
        house.store.notices_due(at("12:51:59"), 10).await.unwrap(),
        vec![]
    );
    assert_eq!(
        house.store.notices_next_after(now).await.unwrap(),
        Some(next)
    );
    assert_eq!(house.store.notices_next_after(next).await.unwrap(), None);
    let due = house.store.notices_due(next, 10).await.unwrap();
    assert_eq!((due[0].attempt, due[0].first_at), (2, Some(now)));

    let trail = house.store.deliveries_of(open.id).await.unwrap();
    assert_eq!(trail[0].state, DeliveryState::Pending);
    assert_eq!(trail[0].next_at, Some(next));
    assert_eq!(trail[0].last_error.as_deref(), Some("answered 503"));
}

#[tokio::test]
async fn giving_up_stays_visible_and_lets_the_next_notice_pass() {
    let kinds = [NoticeKind::IncidentOpened, NoticeKind::IncidentResolved];
    let (house, open, notices) = outbox_with(&kinds, &["chat"]).await;
    let now = at("12:51:30");
    let gone = "answered 410".to_owned();
    let id = notices[0].id.clone();
    house
        .store
        .delivery_failed(id, "chat".to_owned(), now, gone, None)
        .await
        .unwrap();

    let health = house.store.outbox_health().await.unwrap();
    assert_eq!((health.pending, health.dead), (1, 1));
    let trail = house.store.deliveries_of(open.id).await.unwrap();
    assert_eq!(
        (trail[0].state, trail[0].ended_at),
        (DeliveryState::Dead, Some(now))
    );
    let due = house.store.notices_due(now, 10).await.unwrap();
    assert_eq!(due[0].notice, notices[1]);
}

#[tokio::test]
async fn a_channel_hears_opened_before_resolved_even_while_it_fails() {
    let kinds = [NoticeKind::IncidentOpened, NoticeKind::IncidentResolved];
    let (house, _, notices) = outbox_with(&kinds, &["chat"]).await;
    let (now, next) = (at("12:51:30"), at("12:53:00"));
    let id = notices[0].id.clone();
    let answer = "answered 503".to_owned();
    house
        .store
        .delivery_failed(id, "chat".to_owned(), now, answer, Some(next))
        .await
        .unwrap();

    assert_eq!(
        house.store.notices_due(at("12:52:00"), 10).await.unwrap(),
        vec![]
    );
    let due = house.store.notices_due(next, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].notice, notices[0]);
}

#[tokio::test]
async fn a_notice_known_already_is_not_written_twice() {
    let (house, open, notices) = outbox_with(&[NoticeKind::IncidentOpened], &["chat"]).await;
    let now = at("12:51:30");
    house
        .store
        .delivery_done(notices[0].id.clone(), "chat".to_owned(), now)
        .await
        .unwrap();
    let again = vec![entry(&notices[0], &["chat"])];
    let turn = PipelineCommit {
        notices: again,
        ..PipelineCommit::default()
    };
    house.store.commit(turn).await.unwrap();

    let later = now + SignedDuration::from_hours(100);
    assert_eq!(house.store.notices_due(later, 10).await.unwrap(), vec![]);
    assert_eq!(house.store.notices_of(open.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_acceptance_is_offered_until_the_incident_knows() {
    let (house, open, notices) = outbox_with(&[NoticeKind::IncidentOpened], &["a", "b"]).await;
    assert_eq!(house.store.acceptances(10).await.unwrap(), vec![]);
    for channel in ["a", "b"] {
        let (id, channel) = (notices[0].id.clone(), channel.to_owned());
        house
            .store
            .delivery_done(id, channel, at("12:51:30"))
            .await
            .unwrap();
    }
    let acceptances = house.store.acceptances(10).await.unwrap();
    assert_eq!(acceptances.len(), 1);
    assert_eq!(acceptances[0].incident, open.id);

    let told = vec![notices[0].id.clone()];
    house
        .store
        .commit(PipelineCommit {
            told,
            ..PipelineCommit::default()
        })
        .await
        .unwrap();
    assert_eq!(house.store.acceptances(10).await.unwrap(), vec![]);
}

#[tokio::test]
async fn a_backlog_in_one_channel_never_hides_another() {
    let house = house();
    let open: Vec<_> = (1..=9)
        .map(|n| incident(n, IncidentState::Open, at("12:00:00")))
        .collect();
    let opened = |(n, incident): (u64, &Incident)| {
        let notice = notice(incident, NoticeKind::IncidentOpened, n);
        entry(&notice, if n == 9 { &["chat", "mail"] } else { &["chat"] })
    };
    let notices = (1..).zip(&open).map(opened).collect();
    house
        .store
        .commit(PipelineCommit {
            notices,
            ..PipelineCommit::default()
        })
        .await
        .unwrap();

    let due = house.store.notices_due(at("12:00:01"), 2).await.unwrap();
    let count = |name| {
        due.iter()
            .filter(|delivery| delivery.channel == name)
            .count()
    };
    assert_eq!((count("chat"), count("mail")), (2, 1));
}
