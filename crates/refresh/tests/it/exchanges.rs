//! Exchanges of refresh tokens, told as scripts (R3, R6; broker rule 2.5).

use crate::script::{check, slot};
use countersign_model::estate::Grant;
use countersign_refresh::{Profile, SlotSpec};

fn presenting(profile: Profile) -> SlotSpec {
    SlotSpec {
        grant: Grant::RefreshToken,
        profile: Some(profile),
        ..slot()
    }
}

fn strict() -> SlotSpec {
    presenting(Profile::Strict)
}

fn windowed(seconds: u64) -> SlotSpec {
    presenting(Profile::Idempotent {
        window_ms: seconds * 1_000,
    })
}

#[test]
fn a_dead_refresh_token_waits_for_a_person_and_is_no_strike() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_grant",
            "0:00 -> kept dead",
            "0:00 -> quarantined",
            "0:00 -> failed GrantDead",
            "1:00 demand",
            "1:00 -> refused GrantDead cached",
            "2:00 edited",
            "300:00 nothing",
            "600:00 given",
            "600:00 -> send",
            "600:00 -> released",
            "600:00 issued",
            "600:00 -> minted 1",
        ],
    );
}

/// Appendix A `replay_after_timeout` (orca): a slow endpoint and a replay signed everybody out.
#[test]
fn replay_after_timeout() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "13:29 -> send",
            "13:59 -> kept unknown",
            "13:59 -> quarantined unknown",
            "13:59 -> failed GrantUnknown",
            "14:30 demand",
            "14:30 -> settled 1",
            "17:54 -> gap",
            "20:00 demand",
            "20:00 -> refused GrantDead cached",
            "600:00 nothing",
        ],
    );
}

/// Appendix A `no_replay_in_window` (kcap): within the window, not asking again loses the pair.
#[test]
fn no_replay_in_window() {
    check(
        windowed(30),
        &[
            "0:00 -> send",
            "0:02 reset",
            "0:02 -> kept doubtful",
            "0:02 -> failed NetPostSend",
            "0:02 -> send",
            "0:03 issued",
            "0:03 -> minted 1",
        ],
    );
}

#[test]
fn a_window_that_closes_ends_in_quarantine_and_not_in_one_more_send() {
    check(
        windowed(10),
        &[
            "0:00 -> send",
            "0:03 reset",
            "0:03 -> kept doubtful",
            "0:03 -> failed NetPostSend",
            "0:03 -> send",
            "0:06 reset",
            "0:06 -> kept unknown",
            "0:06 -> quarantined unknown",
            "0:06 -> failed GrantUnknown",
            "600:00 nothing",
        ],
    );
}

#[test]
fn a_static_token_is_simply_sent_again() {
    check(
        presenting(Profile::Static),
        &[
            "0:00 -> send",
            "0:02 reset",
            "0:02 -> kept unspent",
            "0:02 -> failed NetPostSend",
            "0:02 -> send",
            "0:03 issued",
            "0:03 -> minted 1",
        ],
    );
}

#[test]
fn what_never_left_the_house_is_an_ordinary_retry() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:02 dns-error",
            "0:02 -> kept unspent",
            "0:02 -> failed NetPreSend",
            "0:02 -> send",
            "0:03 aborted",
            "0:03 -> kept unspent",
            "0:03 -> failed Local",
            "0:04 -> send",
            "0:05 retry-after 7",
            "0:05 -> kept unspent",
            "0:05 -> rate cut",
            "0:05 -> failed Throttled",
            "0:12 -> send",
        ],
    );
}

#[test]
fn a_server_error_leaves_a_strict_token_in_the_unknown() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:02 status 503",
            "0:02 -> kept unknown",
            "0:02 -> quarantined unknown",
            "0:02 -> failed GrantUnknown",
            "5:00 replay-once",
            "5:00 -> send",
            "5:00 -> released",
            "5:01 issued",
            "5:01 -> minted 1",
        ],
    );
}

#[test]
fn a_refused_client_strikes_and_leaves_the_refresh_token_alone() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:01 refused invalid_client",
            "0:01 -> kept unspent",
            "0:01 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:31 issued",
            "0:31 -> recovered 1",
            "0:31 -> minted 1",
        ],
    );
}

#[test]
fn a_late_answer_that_holds_the_live_token_ends_the_quarantine() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:30 -> kept unknown",
            "0:30 -> quarantined unknown",
            "0:30 -> failed GrantUnknown",
            "0:45 late 0 issued",
            "0:45 -> minted 1 late",
            "0:45 -> released",
        ],
    );
}

#[test]
fn a_late_word_that_nothing_was_sent_ends_the_quarantine() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:30 -> kept unknown",
            "0:30 -> quarantined unknown",
            "0:30 -> failed GrantUnknown",
            "0:45 late 0 dns-error",
            "0:45 -> kept unspent",
            "0:45 -> send",
            "0:45 -> released",
        ],
    );
}

#[test]
fn a_new_refresh_token_beside_rubbish_is_kept_and_used() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:01 new-refresh-token-and-rubbish",
            "0:01 -> kept rotated",
            "0:01 -> failed MalformedSuccess",
            "0:01 -> send",
            "0:02 issued",
            "0:02 -> minted 1",
        ],
    );
}

#[test]
fn a_token_given_while_an_exchange_is_out_is_not_condemned_by_its_end() {
    check(
        strict(),
        &[
            "0:00 -> send",
            "0:05 given",
            "0:06 refused invalid_grant",
            "0:06 -> failed TokenRejected",
            "0:06 -> send",
            "0:07 issued",
            "0:07 -> minted 1",
        ],
    );
}
