//! Stories of one slot, line by line.

use crate::script::{check, slot, slot_of};
use crate::world::spec;
use countersign_model::estate::{IntegrationKind, Tier};

#[test]
fn a_token_is_renewed_at_three_quarters_of_its_life_with_nobody_asking() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "13:29 -> send",
            "13:30 issued",
            "13:30 -> minted 2",
        ],
    );
}

#[test]
fn a_critical_token_is_renewed_at_half_its_life() {
    let critical = slot_of(IntegrationKind::OnDemand, Tier::T0, None);
    check(
        critical,
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "8:59 -> send",
        ],
    );
}

#[test]
fn an_hour_is_renewed_after_45_minutes() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued 3600",
            "0:00 -> minted 1",
            "45:00 -> send",
        ],
    );
}

#[test]
fn lines_are_anchored_at_the_moment_of_sending() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:10 issued",
            "0:10 -> minted 1",
            "13:29 -> send",
        ],
    );
}

#[test]
fn an_answer_without_a_life_uses_the_default_and_says_so_once() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued-no-life",
            "0:00 -> default life",
            "0:00 -> minted 1",
            "13:29 -> send",
            "13:29 issued-no-life",
            "13:29 -> minted 2",
        ],
    );
}

#[test]
fn a_life_shorter_than_its_answer_is_flagged_and_renewed_ten_seconds_later() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:04 issued 6",
            "0:04 -> life too short",
            "0:04 -> minted 1",
            "0:04 -> gap",
            "0:14 -> send",
        ],
    );
}

#[test]
fn what_the_host_asks_for_is_obeyed() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 retry-after 90",
            "0:00 -> rate cut",
            "0:00 -> failed Throttled",
            "1:30 -> send",
        ],
    );
}

#[test]
fn a_retry_after_of_a_day_is_ten_minutes() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 retry-after 86400",
            "0:00 -> rate cut",
            "0:00 -> failed Throttled",
            "10:00 -> send",
        ],
    );
}

#[test]
fn a_fault_of_our_own_is_retried_and_told_as_such() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 aborted",
            "0:00 -> failed Local",
            "0:00 -> send",
        ],
    );
}

#[test]
fn an_answer_that_never_comes_is_given_up_and_a_late_one_still_counts() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:20 -> failed NetPostSend",
            "0:20 -> send",
            "0:22 late 1 issued",
            "0:22 -> minted 1 late",
            "0:23 issued",
            "0:23 -> minted 2",
            "13:50 -> send",
        ],
    );
}

/// R2: an answer is applied once, also when it is late or comes twice.
#[test]
fn a_late_answer_never_replaces_a_newer_token_and_is_taken_once() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:20 -> failed NetPostSend",
            "0:20 -> send",
            "0:22 issued",
            "0:22 -> minted 1",
            "0:24 late 1 issued",
            "0:25 late 1 issued",
            "0:26 issued",
            "0:27 late 1 refused invalid_client",
            "10:00 nothing",
        ],
    );
}

#[test]
fn a_job_gets_a_fresh_token_before_it_starts_and_loses_it_after() {
    let batch = slot_of(IntegrationKind::Etl, Tier::T2, None);
    check(
        batch,
        &[
            "0:00 job 30:00",
            "29:20 -> send",
            "29:21 issued",
            "29:21 -> minted 1",
            "40:00 job-ended",
            "40:00 -> drop",
            "600:00 nothing",
        ],
    );
}

#[test]
fn a_job_that_matters_more_keeps_its_token_to_the_end_of_its_life() {
    let batch = slot_of(IntegrationKind::Etl, Tier::T1, None);
    check(
        batch,
        &[
            "0:00 job 30:00",
            "29:20 -> send",
            "29:21 issued",
            "29:21 -> minted 1",
            "31:00 job-ended",
            "31:00 demand",
            "31:00 -> settled 1",
            "600:00 nothing",
        ],
    );
}

#[test]
fn each_planned_job_gets_its_own_mint() {
    let batch = slot_of(IntegrationKind::Etl, Tier::T2, None);
    check(
        batch,
        &[
            "0:00 job 30:00",
            "0:00 job 60:00",
            "29:20 -> send",
            "29:20 issued",
            "29:20 -> minted 1",
            "59:10 -> send",
            "59:10 issued",
            "59:10 -> minted 2",
            "600:00 nothing",
        ],
    );
}

#[test]
fn a_slot_renewed_on_demand_waits_until_somebody_asks_and_then_serves_the_next_too() {
    let lazy = slot_of(IntegrationKind::OnDemand, Tier::T2, Some(false));
    check(
        lazy,
        &[
            "50:00 demand",
            "50:00 -> send",
            "50:01 issued",
            "50:01 -> settled 1",
            "50:01 -> minted 1",
            "55:00 demand",
            "55:00 -> settled 1",
            "64:00 demand",
            "64:00 -> send",
            "64:00 -> settled 1",
            "64:01 issued",
            "64:01 -> minted 2",
            "600:00 nothing",
        ],
    );
}

#[test]
fn a_disabled_credential_keeps_its_token_in_store_and_serves_nothing() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "1:00 disabled",
            "1:01 demand",
            "1:01 -> refused Disabled cached",
            "2:00 enabled",
            "2:01 demand",
            "2:01 -> settled 1",
            "13:29 -> send",
        ],
    );
}

#[test]
fn every_second_without_a_usable_token_is_counted() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued 20",
            "0:00 -> minted 1",
            "0:10 -> send",
            "0:15 -> gap",
            "0:18 issued 20",
            "0:18 -> gap over 3",
            "0:18 -> minted 2 reactive",
        ],
    );
}

#[test]
fn a_demand_for_a_slot_nobody_knows_is_refused_at_once() {
    let unknown = spec("INT-001");
    check(
        unknown,
        &[
            "0:00 -> send",
            "0:01 removed",
            "0:02 demand",
            "0:02 -> refused UnknownSlot cached",
        ],
    );
}

#[test]
fn a_wish_for_more_life_mints_ahead_of_time_unless_no_token_could_grant_it() {
    check(
        slot(),
        &[
            "0:00 -> send",
            "0:00 issued",
            "0:00 -> minted 1",
            "5:00 demand life 900",
            "5:00 -> send",
            "5:01 issued",
            "5:01 -> settled 2",
            "5:01 -> minted 2",
            "9:00 demand life 2000",
            "9:00 -> settled 2",
        ],
    );
}
