//! Links work once, sessions end, tokens are known by hash.

use crate::house::{at, house};

#[tokio::test]
async fn a_sign_in_link_works_for_exactly_one_of_two_racing_callers() {
    let house = house();
    house
        .store
        .sign_in_link_put([7; 32], at("12:10:00"))
        .await
        .unwrap();
    let (first, second) = tokio::join!(
        house.store.sign_in_link_take([7; 32], at("12:05:00")),
        house.store.sign_in_link_take([7; 32], at("12:05:00")),
    );
    assert!(first.unwrap() ^ second.unwrap());
}

#[tokio::test]
async fn a_link_is_dead_at_its_end() {
    let house = house();
    house
        .store
        .sign_in_link_put([7; 32], at("12:10:00"))
        .await
        .unwrap();
    assert!(
        !house
            .store
            .sign_in_link_take([7; 32], at("12:10:00"))
            .await
            .unwrap()
    );
    assert!(
        !house
            .store
            .sign_in_link_take([8; 32], at("12:05:00"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn a_session_lives_until_its_end_or_its_deletion() {
    let house = house();
    house
        .store
        .session_put([1; 32], at("20:00:00"))
        .await
        .unwrap();
    assert!(
        house
            .store
            .session_get([1; 32], at("19:59:59"))
            .await
            .unwrap()
    );
    assert!(
        !house
            .store
            .session_get([1; 32], at("20:00:00"))
            .await
            .unwrap()
    );
    assert!(
        !house
            .store
            .session_get([2; 32], at("12:00:00"))
            .await
            .unwrap()
    );
    house.store.session_delete([1; 32]).await.unwrap();
    assert!(
        !house
            .store
            .session_get([1; 32], at("19:00:00"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_api_token_is_known_by_its_hash_only() {
    let house = house();
    house
        .store
        .api_token_put([3; 32], "ci".to_owned())
        .await
        .unwrap();
    let label = house.store.api_token_label([3; 32]).await.unwrap();
    assert_eq!(label.as_deref(), Some("ci"));
    assert_eq!(house.store.api_token_label([4; 32]).await.unwrap(), None);
}

#[tokio::test]
async fn forgetting_a_label_forgets_its_tokens_and_no_others() {
    let house = house();
    let store = &house.store;
    for (hash, label) in [
        ([3; 32], "this run"),
        ([4; 32], "this run"),
        ([5; 32], "ci"),
    ] {
        store.api_token_put(hash, label.to_owned()).await.unwrap();
    }
    store
        .api_tokens_forget("this run".to_owned())
        .await
        .unwrap();
    assert_eq!(store.api_token_label([3; 32]).await.unwrap(), None);
    assert_eq!(store.api_token_label([4; 32]).await.unwrap(), None);
    assert!(store.api_token_label([5; 32]).await.unwrap().is_some());
}
