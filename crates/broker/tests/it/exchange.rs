//! A web app's refresh token through its life, in front of a provider that rotates.

use crate::house::{House, open, slot};
use crate::provider::{Provider, Says, estate, refresh_token};
use countersign_broker::admin::AdminError;
use countersign_host::task::Tasks;
use countersign_model::id::CredentialId;
use countersign_refresh::RefusalClass;
use countersign_secret::TokenBytes;

fn credential() -> CredentialId {
    "C-1".parse().expect("an id")
}

/// A house whose web app has the provider's first refresh token.
async fn given(url: &str) -> House {
    let house = House::with(&estate(url)).await;
    let token = TokenBytes::from(refresh_token(1));
    put(&house, token).await;
    house
}

async fn put(house: &House, token: TokenBytes) {
    let (admin, id) = (house.broker.admin(), credential());
    let sealed = admin.refresh_token_put(&id, token, "test").await;
    sealed.expect("sealed");
}

async fn token(house: &House) -> Result<u64, RefusalClass> {
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    match handed {
        Ok(handed) => Ok(handed.live.generation.0),
        Err(countersign_broker::vend::NotHanded::Refused(refusal)) => Err(refusal.class),
        Err(other) => panic!("{other:?}"),
    }
}

async fn state(house: &House) -> (String, String) {
    let mut rows = house.broker.admin().credentials().await.expect("read");
    let row = rows.remove(0);
    (row.state, row.refresh_token.unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_renewal_sends_the_newest_refresh_token_once() {
    let (provider, url) = Provider::serve().await;
    let house = House::with(&estate(&url)).await;
    assert_eq!(state(&house).await.0, "no_consent");
    let none = house
        .broker
        .admin()
        .token(&"I-1".parse().expect("an id"), 0, "test")
        .await;
    assert!(
        matches!(none.map(drop), Err(AdminError::NoSlot { .. })),
        "no slot without a consent"
    );
    drop(house);

    let house = given(&url).await;
    assert_eq!(token(&house).await, Ok(1));
    for generation in 2..=3 {
        let renewed = house
            .broker
            .admin()
            .renew(&"I-1".parse().expect("an id"), "test")
            .await;
        assert_eq!(
            renewed.map(|one| one.live.generation.0).ok(),
            Some(generation)
        );
    }
    let seen = provider.seen();
    assert_eq!((seen.exchanged, seen.reused), (3, 0));
    let sent: Vec<&str> = seen
        .bodies
        .iter()
        .filter_map(|body| body["refresh_token"].as_str())
        .collect();
    assert_eq!(sent, [1, 2, 3].map(refresh_token));
    assert_eq!(seen.bodies[0]["account_id"], 1);
    assert_eq!(state(&house).await.0, "active");
    let verdict = house.broker.admin().audit_verify().await.expect("read");
    assert_eq!(verdict["holds"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_quarantines_serves_to_the_end_and_a_new_consent_heals() {
    let (provider, url) = Provider::serve().await;
    let house = given(&url).await;
    assert_eq!(token(&house).await, Ok(1));
    provider.says(Says::Outage);
    let renewed = house
        .broker
        .admin()
        .renew(&"I-1".parse().expect("an id"), "test")
        .await;
    assert!(matches!(
        renewed.map(drop),
        Err(AdminError::Quarantined { .. })
    ));
    assert_eq!(
        token(&house).await,
        Ok(1),
        "the live token is served to its end"
    );
    let (word, words) = state(&house).await;
    assert_eq!(word, "quarantined");
    assert!(
        words.contains("served until") && words.contains("--replay-once"),
        "{words}"
    );
    // A restart changes nothing of it and sends nothing.
    let folder = house.stop().await;
    let mut broker = open(folder.path()).await;
    let mut tasks = Tasks::default();
    broker.start(&mut tasks, None);
    let house = House::of(broker, folder, tasks);
    assert_eq!(
        (state(&house).await.0.as_str(), token(&house).await),
        ("quarantined", Ok(1))
    );
    assert_eq!(provider.seen().exchanged, 2, "R6: nothing was sent again");
    provider.says(Says::Pair);
    let token_now = TokenBytes::from(provider.live());
    put(&house, token_now).await;
    provider.arrived(3).await;
    assert_eq!(provider.seen().reused, 0);
    assert_eq!(state(&house).await.0, "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_replay_is_a_persons_word_and_a_refused_one_is_final() {
    let (provider, url) = Provider::serve().await;
    let house = given(&url).await;
    assert_eq!(token(&house).await, Ok(1));
    let early = house
        .broker
        .admin()
        .replay_once(&credential(), "test")
        .await;
    assert!(matches!(early, Err(AdminError::NotInDoubt { .. })));
    provider.says(Says::Outage);
    drop(
        house
            .broker
            .admin()
            .renew(&"I-1".parse().expect("an id"), "test")
            .await,
    );
    provider.says(Says::Pair);
    house
        .broker
        .admin()
        .replay_once(&credential(), "test")
        .await
        .expect("allowed");
    provider.arrived(3).await;
    let (word, words) = loop {
        let (word, words) = state(&house).await;
        if word == "quarantined" {
            break (word, words);
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        provider.seen().reused,
        1,
        "the person took the risk, and lost"
    );
    assert!(words.starts_with("refused"), "{word}: {words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_refresh_token_beside_a_useless_access_token_is_the_next_one_sent() {
    let (provider, url) = Provider::serve().await;
    provider.says(Says::HalfAPair);
    let house = given(&url).await;
    provider.arrived(1).await;
    provider.says(Says::Pair);
    provider.arrived(2).await;
    let seen = provider.seen();
    assert_eq!((seen.exchanged, seen.reused), (2, 0), "R3");
    let handed = house.broker.vendor().obtain(&slot("C-1", 1), 0, None).await;
    assert!(handed.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_an_exchange_shows_anywhere() {
    for says in [Says::Pair, Says::HalfAPair, Says::Outage] {
        let (provider, url) = Provider::serve().await;
        provider.says(says);
        let house = given(&url).await;
        provider.arrived(1).await;
        // Whatever comes of it.
        let _ = token(&house).await;
        let rows = house.broker.admin().credentials().await.expect("read");
        let shown = format!("{rows:?} {:?}", house.broker.admin().slots());
        assert!(!shown.contains("CANARY"), "{shown}");
        let folder = house.stop().await;
        crate::canary::find_none(folder.path());
    }
}
