//! Stories of refusals: what strikes, what locks, what waits for a person.

use crate::script::{check, locking, slot};
use countersign_model::estate::Lockout;

#[test]
fn three_spaced_refusals_of_the_secret_lock_it_after_ninety_seconds() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:30 refused invalid_client",
            "0:30 -> failed SecretRefused strike 2",
            "1:30 -> send",
            "1:30 refused invalid_client",
            "1:30 -> locked",
            "1:30 -> failed SecretRefused strike 3",
            "600:00 nothing",
        ],
    );
}

#[test]
fn a_locked_credential_sends_nothing_whoever_asks() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:30 refused invalid_client",
            "0:30 -> failed SecretRefused strike 2",
            "1:30 -> send",
            "1:30 refused invalid_client",
            "1:30 -> locked",
            "1:30 -> failed SecretRefused strike 3",
            "2:00 demand",
            "2:00 -> refused Locked cached",
            "2:01 renew",
            "2:01 -> renewal refused Held",
            "2:02 job 9:00",
            "2:03 clock-stepped",
            "60:00 nothing",
        ],
    );
}

#[test]
fn a_new_secret_opens_the_lock_into_a_test_mint() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:30 refused invalid_client",
            "0:30 -> failed SecretRefused strike 2",
            "1:30 -> send",
            "1:30 refused invalid_client",
            "1:30 -> locked",
            "1:30 -> failed SecretRefused strike 3",
            "5:00 edited",
            "5:00 -> send",
            "5:00 -> unlocked",
            "5:00 issued",
            "5:00 -> minted 1",
        ],
    );
}

#[test]
fn within_six_minutes_of_an_edit_refusals_do_not_count_and_come_each_minute() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:10 edited",
            "0:10 -> send",
            "0:10 refused invalid_client",
            "0:10 -> waived grace",
            "0:10 -> failed SecretRefused",
            "1:10 -> send",
            "1:10 refused invalid_client",
            "1:10 -> waived grace",
            "1:10 -> failed SecretRefused",
            "2:10 -> send",
            "2:10 issued",
            "2:10 -> minted 1",
        ],
    );
}

#[test]
fn a_dry_run_says_that_it_would_have_locked_and_goes_on_slowly() {
    for (lockout, told) in [
        (Lockout::DryRun, "1:30 -> would lock"),
        (Lockout::Ask, "1:30 -> ask to lock"),
    ] {
        check(
            locking(lockout),
            &[
                "0:00 -> send",
                "0:00 refused invalid_client",
                "0:00 -> failed SecretRefused strike 1",
                "0:30 -> send",
                "0:30 refused invalid_client",
                "0:30 -> failed SecretRefused strike 2",
                "1:30 -> send",
                "1:30 refused invalid_client",
                told,
                "1:30 -> failed SecretRefused strike 3",
                "6:30 -> send",
                "6:30 refused invalid_client",
                "6:30 -> failed SecretRefused strike 4",
                "11:30 -> send",
                "11:30 issued",
                "11:30 -> recovered 4",
                "11:30 -> minted 1",
            ],
        );
    }
}

#[test]
fn other_failures_leave_the_strikes_alone() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:30 status 500",
            "0:30 -> failed Upstream",
            "0:31 -> send",
            "0:31 refused invalid_client",
            "0:31 -> failed SecretRefused strike 2",
            "1:31 -> send",
            "1:31 refused invalid_client",
            "1:31 -> locked",
            "1:31 -> failed SecretRefused strike 3",
        ],
    );
}

#[test]
fn a_success_forgives_all_strikes() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:30 -> send",
            "0:30 issued",
            "0:30 -> recovered 1",
            "0:30 -> minted 1",
            "13:59 -> send",
            "13:59 refused invalid_client",
            "13:59 -> failed SecretRefused strike 1",
        ],
    );
}

#[test]
fn a_person_may_override_the_back_off_once_in_thirty_seconds_and_it_is_no_strike() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused invalid_client",
            "0:00 -> failed SecretRefused strike 1",
            "0:05 renew",
            "0:05 -> send",
            "0:05 refused invalid_client",
            "0:05 -> waived soon",
            "0:05 -> failed SecretRefused",
            "0:06 renew",
            "0:06 -> renewal refused TooSoon",
            "0:30 -> send",
        ],
    );
}

#[test]
fn an_inactive_user_is_confirmed_and_never_locks() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused unauthorized_client",
            "0:00 -> failed ClientRefused",
            "0:30 -> send",
            "0:30 refused unauthorized_client",
            "0:30 -> failed ClientRefused",
            "1:30 -> send",
            "1:30 refused unauthorized_client",
            "1:30 -> failed ClientRefused",
            "6:30 -> send",
        ],
    );
}

#[test]
fn a_missing_scope_is_confirmed_and_then_asked_hourly() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 refused access_denied",
            "0:00 -> failed ScopeOrBu",
            "0:30 -> send",
            "0:30 refused access_denied",
            "0:30 -> failed ScopeOrBu",
            "1:30 -> send",
            "1:30 refused access_denied",
            "1:30 -> failed ScopeOrBu",
            "61:30 -> send",
        ],
    );
}
