use super::*;

/// The kinds of the contract (design 4.4), each once.
const CONTRACT: [&str; 39] = [
    "secret_expired",
    "secret_revoked",
    "app_user_inactive",
    "crm_user_deactivated",
    "bu_not_enabled",
    "scope_removed",
    "ip_blocked",
    "refresh_token_lost",
    "token_revoked",
    "second_minter",
    "certificate_expired",
    "rate_limited",
    "auth_down",
    "auth_slow",
    "rest_5xx",
    "platform_outage",
    "partition",
    "crm_down",
    "malformed_token",
    "asset_stall",
    "zero_rows",
    "partial_rows",
    "queue_growth",
    "caller_blocked",
    "job_overrun",
    "secret_activated",
    "wrong_bu",
    "clock_skew",
    "broker_restart",
    "retry_storm",
    "hiccup",
    "missing_data",
    "late_data",
    "truncate_reload",
    "holiday",
    "launch_spike",
    "planned_pause",
    "maintenance",
    "quiet_integration",
];

#[test]
fn every_kind_of_the_contract_is_played_or_said_to_belong_elsewhere() {
    let mut known: Vec<&str> = KINDS.iter().map(|row| row.name).collect();
    known.extend(ELSEWHERE.iter().map(|(name, _)| *name));
    known.sort_unstable();
    let mut contract = CONTRACT;
    contract.sort_unstable();
    assert_eq!(known, contract);
}

#[test]
fn every_kind_has_one_row_in_which_it_finds_itself() {
    for row in KINDS {
        assert_eq!(row.kind.as_str(), row.name);
        assert!(row.about.len() > 10, "{} is described", row.name);
    }
    assert_eq!(
        KINDS.len(),
        Kind::QueueGrowth as usize + 1,
        "no kind without a row"
    );
}
