use super::*;
use countersign_model::estate::{Grant, Replay, ReplayOverride};
use countersign_model::mint::NetCause;

fn at(s: i64) -> Timestamp {
    Timestamp::from_second(1_795_348_800 + s).expect("a time")
}

fn refused(status: u16, error: Option<&str>, errorcode: Option<i64>) -> MintResult {
    MintResult::Refused {
        status,
        error: error.map(str::to_owned),
        errorcode,
        retry_after_s: Some(1),
        description: None,
    }
}

#[test]
fn only_what_is_known_counts_as_known() {
    let silence = |phase, cause| MintResult::NoAnswer { phase, cause };
    let issued = MintResult::Issued {
        expires_in_s: None,
        scope: None,
    };
    let rubbish = || MintResult::Unreadable {
        status: 200,
        why: "no JSON".to_owned(),
    };
    let table = [
        (issued, false, Fate::Answered),
        (rubbish(), true, Fate::Answered),
        (rubbish(), false, Fate::Unknown),
        (
            silence(Phase::BeforeSend, NetCause::Dns),
            false,
            Fate::Unspent,
        ),
        (
            silence(Phase::BeforeSend, NetCause::Timeout),
            false,
            Fate::Unspent,
        ),
        (
            silence(Phase::AfterSend, NetCause::Timeout),
            false,
            Fate::Unknown,
        ),
        (
            silence(Phase::AfterSend, NetCause::Reset),
            false,
            Fate::Unknown,
        ),
        (refused(429, None, None), false, Fate::Unspent),
        (
            refused(400, Some("invalid_grant"), None),
            false,
            Fate::Refused,
        ),
        (
            refused(401, Some("invalid_client"), None),
            false,
            Fate::Unspent,
        ),
        (refused(401, None, Some(1)), false, Fate::Unspent),
        (refused(403, None, None), false, Fate::Unknown),
        (refused(302, None, None), false, Fate::Unknown),
        (
            refused(500, Some("invalid_grant"), None),
            false,
            Fate::Unknown,
        ),
        (refused(503, None, None), false, Fate::Unknown),
    ];
    for (result, rotated, expected) in table {
        assert_eq!(fate(&result, rotated), expected, "{result:?}");
    }
}

#[test]
fn the_window_is_counted_from_the_first_send_and_left_before_its_end() {
    let profile = Profile::Idempotent { window_ms: 30_000 };
    let first = GrantState::FRESH.ended(Fate::Unknown, profile, at(0), at(20));
    let doubt_since = Some(at(0));
    assert_eq!(first, GrantState::Ready { doubt_since });
    assert_eq!(first.ended(Fate::Unspent, profile, at(20), at(21)), first);
    let second = first.ended(Fate::Unknown, profile, at(20), at(25));
    assert_eq!(second, GrantState::Unknown { since: at(0) });
}

#[test]
fn an_override_counts_and_a_broken_one_is_strict() {
    let told = |window_s| ReplayOverride {
        profile: Replay::Idempotent,
        window_s,
        reason: "the provider's documentation".to_owned(),
    };
    let webapp = |told: Option<&ReplayOverride>| Profile::of(Grant::RefreshToken, told);
    assert_eq!(webapp(None), Some(Profile::Strict));
    assert_eq!(Profile::of(Grant::CoreOauth, None), Some(Profile::Strict));
    assert_eq!(Profile::of(Grant::ClientCredentials, None), None);
    let windowed = Profile::Idempotent { window_ms: 30_000 };
    assert_eq!(webapp(Some(&told(Some(30)))), Some(windowed));
    assert_eq!(webapp(Some(&told(None))), Some(Profile::Strict));
}
