use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn consumer(sources: &[&str], ends_at: Option<Timestamp>) -> Consumer {
    Consumer {
        id: "etl-7".parse().expect("an id"),
        integration: "INT-029".parse().expect("an id"),
        credential: "INT-029".parse().expect("an id"),
        default_mid: 7,
        mids: vec![7],
        scopes: vec![],
        min_ttl_s: 0,
        ends_at,
        sources: sources
            .iter()
            .map(|net| net.parse().expect("a network"))
            .collect(),
        vend: VendMode::Direct,
        read_only: false,
        resends_writes: true,
    }
}

/// A stand-in for the vault's HMAC that keeps different keys apart.
fn keyed(key: &[u8]) -> [u8; 32] {
    ring::digest::digest(&ring::digest::SHA256, key)
        .as_ref()
        .try_into()
        .expect("32 bytes")
}

fn registry(consumer: Consumer) -> Registry {
    let registry = Registry::new(Arc::new(keyed));
    registry.put(registry.lookup(b"CANARY-key"), consumer);
    registry
}

#[test]
fn a_key_opens_only_with_its_own_id() {
    let registry = registry(consumer(&[], None));
    assert!(registry.find("etl-7", "CANARY-key", at(0), None).is_some());
    assert!(registry.find("etl-8", "CANARY-key", at(0), None).is_none());
    assert!(registry.find("etl-7", "CANARY-kez", at(0), None).is_none());
    assert_eq!(registry.take_counts().1, 2, "strangers are counted");
}

#[test]
fn wrong_keys_never_lock_the_right_one() {
    let registry = registry(consumer(&[], None));
    for _ in 0..10_000 {
        assert!(registry.find("etl-7", "guess", at(0), None).is_none());
    }
    assert!(registry.find("etl-7", "CANARY-key", at(0), None).is_some());
}

#[test]
fn a_key_ends_and_keeps_to_its_sources() {
    let registry = registry(consumer(&["10.0.0.0/8", "::1/128"], Some(at(100))));
    let from = |peer: &str| Some(peer.parse().expect("an address"));
    let known = |now, peer| {
        registry
            .find("etl-7", "CANARY-key", at(now), peer)
            .is_some()
    };
    assert!(known(99, from("10.1.2.3")) && known(99, from("::1")));
    assert!(
        !known(99, from("11.1.2.3")) && !known(99, None),
        "misplaced"
    );
    assert!(!known(100, from("10.1.2.3")), "ended");
}

#[test]
fn a_revoked_consumer_is_a_stranger() {
    let registry = registry(consumer(&[], None));
    registry.remove(&"etl-7".parse().expect("an id"));
    assert!(registry.find("etl-7", "CANARY-key", at(0), None).is_none());
}

#[test]
fn an_address_of_the_old_kind_is_the_same_one_when_it_comes_over_a_new_socket() {
    let consumer = consumer(&["10.0.0.0/8"], None);
    let admits = |peer: &str| consumer.admits(at(0), Some(peer.parse().expect("an address")));
    assert!(admits("10.1.2.3") && admits("::ffff:10.1.2.3"));
    assert!(!admits("::ffff:11.1.2.3") && !admits("2001:db8::10"));
}
