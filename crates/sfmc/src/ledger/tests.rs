use super::*;

fn entry(status: u16, credential: Option<&str>) -> Entry {
    Entry {
        number: 0,
        at: Timestamp::UNIX_EPOCH,
        method: "POST".to_owned(),
        route: "/v2/token".to_owned(),
        client_id: None,
        credential: credential.map(str::to_owned),
        mid: None,
        status,
        token: Presented::None,
        peer: None,
        n: 1,
    }
}

#[test]
fn totals_are_exact_after_single_requests_have_been_forgotten() {
    let mut ledger = Ledger::default();
    for n in 0..KEPT_MAX + 10 {
        ledger.add(entry(if n % 4 == 0 { 401 } else { 200 }, Some("P")), true);
    }
    assert_eq!(ledger.total(), KEPT_MAX as u64 + 10);
    assert_eq!(ledger.after(0).count(), KEPT_MAX);
    assert_eq!(ledger.after(0).next().map(|one| one.number), Some(11));
    let mints = ledger.by_credential()["P"];
    assert_eq!(mints.minted + mints.refused, ledger.total());
    assert_eq!(ledger.by_status()[&401], mints.refused);
}

#[test]
fn a_reader_goes_on_where_it_stopped() {
    let mut ledger = Ledger::default();
    for _ in 0..5 {
        ledger.add(entry(200, None), false);
    }
    let numbers: Vec<u64> = ledger.after(3).map(|one| one.number).collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(ledger.after(5).count(), 0);
    assert_eq!(ledger.after(u64::MAX).count(), 0);
    assert_eq!(ledger.mints(), Mints::default(), "a call is no mint");
}
