//! The classification table, row by row.

use super::{Disposition, RefusalClass as Is, classify, host_in_trouble};
use countersign_model::estate::Grant;
use countersign_model::mint::{MintResult, NetCause, Phase};
use proptest::prelude::*;

fn refused(status: u16, error: Option<&str>, retry_after_s: Option<u64>) -> MintResult {
    MintResult::Refused {
        status,
        error: error.map(str::to_owned),
        errorcode: None,
        retry_after_s,
        description: Some("never branched on: invalid_client".to_owned()),
    }
}

fn check(status: u16, error: Option<&str>, grant: Grant, expected: Is) {
    let result = refused(status, error, None);
    assert_eq!(
        classify(&result, grant),
        Some(expected),
        "{status} {error:?} {grant:?}"
    );
}

#[test]
fn codes_decide_before_statuses() {
    let s2s = Grant::ClientCredentials;
    check(401, Some("invalid_client"), s2s, Is::SecretRefused);
    check(400, Some("invalid_client"), s2s, Is::SecretRefused);
    check(401, Some("unauthorized_client"), s2s, Is::ClientRefused);
    check(403, Some("access_denied"), s2s, Is::ScopeOrBu);
    check(400, Some("invalid_scope"), s2s, Is::ScopeOrBu);
    check(400, Some("invalid_request"), s2s, Is::Config);
    check(400, Some("unsupported_grant_type"), s2s, Is::Config);
    check(400, Some("server_error"), s2s, Is::Upstream);
    check(400, Some("temporarily_unavailable"), s2s, Is::Upstream);
}

#[test]
fn a_dead_grant_is_dead_only_where_there_is_a_refresh_token() {
    check(
        400,
        Some("invalid_grant"),
        Grant::ClientCredentials,
        Is::Policy,
    );
    check(
        400,
        Some("invalid_grant"),
        Grant::LegacyRequestToken,
        Is::Policy,
    );
    check(
        400,
        Some("invalid_grant"),
        Grant::CoreOauth,
        Is::ClientRefused,
    );
    check(
        400,
        Some("invalid_grant"),
        Grant::RefreshToken,
        Is::GrantDead,
    );
}

#[test]
fn statuses_decide_where_no_code_is_known() {
    let s2s = Grant::ClientCredentials;
    check(401, None, s2s, Is::ClientRefused);
    check(403, None, s2s, Is::Policy);
    check(404, None, s2s, Is::Config);
    check(415, Some("made_up"), s2s, Is::Config);
    check(302, None, s2s, Is::Config);
    check(204, None, s2s, Is::MalformedSuccess);
    check(429, None, s2s, Is::Throttled);
    check(500, None, s2s, Is::Upstream);
    check(503, None, s2s, Is::Upstream);
    assert_eq!(
        classify(&refused(503, None, Some(5)), s2s),
        Some(Is::Throttled)
    );
}

#[test]
fn a_code_in_the_answer_of_a_failing_host_is_not_believed() {
    let s2s = Grant::ClientCredentials;
    check(500, Some("invalid_client"), s2s, Is::Upstream);
    check(429, Some("invalid_client"), s2s, Is::Throttled);
}

#[test]
fn silence_is_told_apart_by_what_may_have_been_seen() {
    let silent = |phase, cause| {
        classify(
            &MintResult::NoAnswer { phase, cause },
            Grant::ClientCredentials,
        )
    };
    assert_eq!(
        silent(Phase::BeforeSend, NetCause::Dns),
        Some(Is::NetPreSend)
    );
    assert_eq!(
        silent(Phase::AfterSend, NetCause::Timeout),
        Some(Is::NetPostSend)
    );
    assert_eq!(
        silent(Phase::BeforeSend, NetCause::TlsCertificateExpired),
        Some(Is::Certificate)
    );
}

#[test]
fn a_success_that_says_zero_seconds_is_rubbish_and_one_that_says_nothing_is_not() {
    let issued = |expires_in_s| {
        classify(
            &MintResult::Issued {
                expires_in_s,
                scope: None,
            },
            Grant::ClientCredentials,
        )
    };
    assert_eq!(issued(Some(1_079)), None);
    assert_eq!(issued(None), None);
    assert_eq!(issued(Some(0)), Some(Is::MalformedSuccess));
}

proptest! {
    #[test]
    fn only_a_refused_secret_strikes_and_no_4xx_troubles_the_breaker(
        status in 100u16..600, error in proptest::option::of("[a-z_]{1,20}"), grant in 0..4usize,
    ) {
        let grants = [Grant::ClientCredentials, Grant::RefreshToken,
                      Grant::LegacyRequestToken, Grant::CoreOauth];
        let result = refused(status, error.as_deref(), None);
        let class = classify(&result, grants[grant]).unwrap();
        if class.disposition() == Disposition::Strike {
            prop_assert_eq!(error.as_deref(), Some("invalid_client"));
        }
        prop_assert_eq!(host_in_trouble(&result), status >= 500);
    }
}
