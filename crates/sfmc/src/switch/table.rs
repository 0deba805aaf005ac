//! The table of switches, in the order of [`Name`].

use super::{Name, Switch};

/// A day, in seconds.
const DAY_S: u64 = 86_400;

const fn number(
    id: Name,
    name: &'static str,
    default: u64,
    (min, max): (u64, u64),
    about: &'static str,
) -> Switch {
    Switch {
        id,
        name,
        default,
        min,
        max,
        about,
        besides: None,
    }
}

const fn status(id: Name, name: &'static str, default: u64, about: &'static str) -> Switch {
    number(id, name, default, (200, 599), about)
}

const fn flag(id: Name, name: &'static str, default: u64, about: &'static str) -> Switch {
    number(id, name, default, (0, 1), about)
}

/// All of them.
pub const SWITCHES: &[Switch] = &[
    number(
        Name::ExpiresIn,
        "expires_in",
        1_079,
        (1, 30 * DAY_S),
        "life told in token answers, seconds; recorded",
    ),
    number(
        Name::Validity,
        "validity",
        1_200,
        (1, 30 * DAY_S),
        "how long a token really works, seconds; documented",
    ),
    flag(
        Name::InvalidatePreviousOnMint,
        "invalidate_previous_on_mint",
        0,
        "a new mint kills the older token of the same client and MID; documented for the legacy \
         endpoint only, unconfirmed for this one",
    )
    .besides(1),
    flag(
        Name::ActivationKillsTokens,
        "activation_kills_tokens",
        0,
        "activating a secret ends the package's live tokens; unconfirmed",
    )
    .besides(1),
    flag(
        Name::ScopeRemovalKillsTokens,
        "scope_removal_kills_tokens",
        0,
        "taking a scope from a package ends its live tokens; unconfirmed",
    )
    .besides(1),
    flag(
        Name::SecretEndKillsTokens,
        "secret_end_kills_tokens",
        0,
        "a secret that ends or is revoked takes the package's live tokens with it; unconfirmed",
    )
    .besides(1),
    number(
        Name::LiveTokensMax,
        "live_tokens_max",
        0,
        (0, 100_000),
        "live tokens of one client and MID before the oldest dies; no cap is documented; 0: none",
    ),
    number(
        Name::StagedAfter,
        "staged_after",
        300,
        (0, DAY_S),
        "seconds until a staged secret is accepted; documented as about five minutes",
    ),
    number(
        Name::SecretEvery,
        "secret_every",
        300,
        (0, DAY_S),
        "least seconds between two generations, and between two activations; documented",
    ),
    number(
        Name::SecretDays,
        "secret_days",
        180,
        (0, 36_500),
        "life of a secret, days; documented; 0: no end",
    ),
    number(
        Name::Propagation,
        "propagation",
        300,
        (0, DAY_S),
        "seconds until an edit of a package shows in new tokens, at most; documented",
    ),
    number(
        Name::RefreshDays,
        "refresh_days",
        30,
        (1, 36_500),
        "life of a web or public app's refresh token, days, each from its own birth; documented in \
         an older revision",
    ),
    flag(
        Name::RefreshRotates,
        "refresh_rotates",
        1,
        "each exchange of a refresh token hands out a new one; documented; off: the same one goes on \
         working",
    ),
    number(
        Name::RefreshReuseS,
        "refresh_reuse_s",
        0,
        (0, DAY_S),
        "seconds in which a spent refresh token is answered once more as it was; unconfirmed, and \
         taken to be dead at once",
    )
    .besides(60),
    flag(
        Name::ReuseKillsFamily,
        "reuse_kills_family",
        1,
        "a spent refresh token or code that comes back ends all that came of the same consent; \
         unconfirmed, RFC 9700 section 4.14.2 asks for it",
    )
    .besides(0),
    status(
        Name::RefreshRefusedStatus,
        "refresh_refused_status",
        400,
        "status of invalid_grant for a refresh token or code; RFC 6749 section 5.2, unconfirmed",
    )
    .besides(401),
    number(
        Name::LostAnswers,
        "lost_answers",
        0,
        (0, 1_000_000),
        "how many of the next exchanges of a refresh token are carried out and their answers never \
         arrive; counts down; a cut connection, for tests of clients",
    ),
    flag(
        Name::AutoConsent,
        "auto_consent",
        0,
        "/v2/authorize is consented to at once; off: on its page, or by POST /_sim/consents/{id}",
    ),
    number(
        Name::CodeS,
        "code_s",
        60,
        (1, 3_600),
        "life of an authorization code, seconds; unconfirmed, RFC 6749 section 4.1.2 allows 600",
    )
    .besides(600),
    flag(
        Name::PublicNeedsPkce,
        "public_needs_pkce",
        1,
        "a public app must send a code_challenge; unconfirmed, RFC 9700 section 2.1.1 asks for it",
    )
    .besides(0),
    number(
        Name::LegacyExpiresIn,
        "legacy_expires_in",
        3_600,
        (1, 30 * DAY_S),
        "life of a token of the legacy endpoint, seconds, told and true; documented",
    ),
    number(
        Name::LegacyRefreshDays,
        "legacy_refresh_days",
        700,
        (1, 36_500),
        "life of a refresh token of the legacy endpoint, days, at most; documented",
    ),
    number(
        Name::LegacyRefreshGraceS,
        "legacy_refresh_grace_s",
        300,
        (0, DAY_S),
        "seconds in which a spent refresh token of the legacy endpoint is answered once more; \
         documented as five minutes of grace",
    ),
    flag(
        Name::LegacyOneAddress,
        "legacy_one_address",
        1,
        "a mint at the legacy endpoint kills the client's tokens that were minted from another \
         address; documented",
    ),
    status(
        Name::LegacyRefusalStatus,
        "legacy_refusal_status",
        400,
        "status of errorcode 10007, for a package of today at the legacy endpoint; the body is \
         recorded, the status unconfirmed",
    )
    .besides(401),
    status(
        Name::LegacyOnV2Status,
        "legacy_on_v2_status",
        401,
        "status of invalid_client for a legacy package at /v2/token; unconfirmed",
    )
    .besides(400),
    status(
        Name::ExpiredSecretStatus,
        "expired_secret_status",
        401,
        "status for a secret past its life; unconfirmed, and the body is taken to be that of a \
         wrong secret",
    )
    .besides(400),
    status(
        Name::AppUserStatus,
        "app_user_status",
        401,
        "status for a package whose app user is inactive; unconfirmed",
    )
    .besides(400),
    status(
        Name::IpBlockStatus,
        "ip_block_status",
        400,
        "status of a token request from an address that is not allowed; unconfirmed, also try 401",
    )
    .besides(401),
    status(
        Name::BuNotEnabledStatus,
        "bu_not_enabled_status",
        403,
        "status for a MID that is not enabled: 403 says access_denied, any other invalid_grant; \
         unconfirmed, also try 401",
    )
    .besides(401),
    status(
        Name::InvalidScopeStatus,
        "invalid_scope_status",
        400,
        "status for a scope the package does not hold; unconfirmed",
    )
    .besides(401),
    status(
        Name::InvalidRequestStatus,
        "invalid_request_status",
        400,
        "status for an account_id that is no number; unconfirmed",
    )
    .besides(401),
    status(
        Name::GrantTypeStatus,
        "grant_type_status",
        400,
        "status for a grant_type that is missing or unknown; the body is recorded, the status \
         unconfirmed",
    )
    .besides(401),
    status(
        Name::MethodStatus,
        "method_status",
        405,
        "status for a known route with another method, such as GET /v2/token; unconfirmed, also \
         try 404",
    )
    .besides(404),
    status(
        Name::TokenContextStatus,
        "token_context_status",
        202,
        "status of tokenContext; documented, also try 200",
    )
    .besides(200),
    status(
        Name::DataeventsScopeStatus,
        "dataevents_scope_status",
        401,
        "status for a missing scope on /hub/v1/dataevents; seen live",
    ),
    number(
        Name::MissingScopeErrorcode,
        "missing_scope_errorcode",
        20_002,
        (0, 99_999),
        "errorcode of a 403 for a missing scope; documented; 0: none, as seen live",
    )
    .besides(0),
    flag(
        Name::WwwAuthenticate,
        "www_authenticate",
        1,
        "a 401 carries WWW-Authenticate with invalid_token, which one SDK needs; unconfirmed",
    )
    .besides(0),
    flag(
        Name::SoapRevokedIsExpired,
        "soap_revoked_is_expired",
        0,
        "a SOAP call with a token that was killed says Token Expired, which clients answer with a \
         new token, instead of Login Failed; unconfirmed",
    )
    .besides(1),
    flag(
        Name::JourneysReadFiresEvents,
        "journeys_read_fires_events",
        1,
        "journeys_read is enough to fire an event; documented; off: journeys_execute is needed",
    ),
    flag(
        Name::DefinitionsCountIsPage,
        "definitions_count_is_page",
        1,
        "count of a list of definitions is that of the page; recorded; off: of all",
    ),
    number(
        Name::AsyncS,
        "async_s",
        5,
        (0, DAY_S),
        "seconds until rows written asynchronously are told to be complete; unconfirmed",
    )
    .besides(60),
    flag(
        Name::AutomationsNotify,
        "automations_notify",
        1,
        "each automation tells somebody when it ends or fails; off: nobody is told; a setting of the \
         tenant",
    ),
    number(
        Name::TokenRatePerS,
        "token_rate_per_s",
        10,
        (0, 1_000_000),
        "token requests a second and tenant before 429; no number is published; 0: no limit",
    ),
    number(
        Name::TokenBurst,
        "token_burst",
        20,
        (1, 1_000_000),
        "token requests admitted at once after a rest; no number is published",
    ),
    number(
        Name::RestRatePerS,
        "rest_rate_per_s",
        0,
        (0, 1_000_000),
        "calls a second and tenant before 429; no number is published; 0: no limit",
    ),
    number(
        Name::ThrottleRetryAfter,
        "throttle_retry_after",
        5,
        (0, DAY_S),
        "Retry-After of a 429, seconds; documented for calls, unconfirmed at the token endpoint; 0: \
         no such header",
    )
    .besides(0),
    number(
        Name::KnocksMax,
        "knocks_max",
        100,
        (0, 1_000_000),
        "refused requests within a minute before errorcode 50200; no number is published; 0: never",
    ),
    number(
        Name::BlockS,
        "block_s",
        300,
        (1, DAY_S),
        "seconds for which errorcode 50200 lasts; no number is published",
    ),
    number(
        Name::UnavailableRetryAfter,
        "unavailable_retry_after",
        30,
        (0, DAY_S),
        "Retry-After of a REST 503, seconds; that there is one is documented; 0: none",
    ),
    number(
        Name::CoreSessionS,
        "core_session_s",
        7_200,
        (1, 30 * DAY_S),
        "life of a session of Salesforce core after its last use, seconds; two hours is the org's \
         usual setting, unconfirmed",
    )
    .besides(900),
    number(
        Name::CoreCallsADay,
        "core_calls_a_day",
        15_000,
        (0, 100_000_000),
        "calls a day before 403 REQUEST_LIMIT_EXCEEDED; 15,000 is the smallest documented allowance",
    ),
    flag(
        Name::CoreJwtUnchecked,
        "core_jwt_unchecked",
        0,
        "a connected app without a certificate believes any well-formed RS256 assertion; core never \
         does: for tests that hold no key pair",
    ),
    flag(
        Name::CoreRefreshRotates,
        "core_refresh_rotates",
        0,
        "each exchange of core's refresh tokens hands out a new one; a setting of the connected app, \
         off by default",
    ),
    number(
        Name::CoreRefreshReuseS,
        "core_refresh_reuse_s",
        0,
        (0, DAY_S),
        "seconds in which a spent refresh token of core is answered once more as it was; unconfirmed",
    )
    .besides(60),
    flag(
        Name::CoreInactiveIsGrant,
        "core_inactive_is_grant",
        1,
        "sign-in of a user who was deactivated is invalid_grant; off: inactive_user; unconfirmed, \
         both are told",
    )
    .besides(0),
    status(
        Name::CoreLoginRateStatus,
        "core_login_rate_status",
        429,
        "status of core's token endpoint for too many sign-ins; unconfirmed, also try 400",
    )
    .besides(400),
    status(
        Name::CoreScopeStatus,
        "core_scope_status",
        403,
        "status for a session without the scope api; unconfirmed, also try 401",
    )
    .besides(401),
    number(
        Name::LatencyMs,
        "latency_ms",
        240,
        (0, 60_000),
        "usual latency of an answer, milliseconds, told to callers that live in virtual time",
    ),
    flag(
        Name::LatencyJitter,
        "latency_jitter",
        0,
        "latency varies around latency_ms as a log-normal draw whose 95th percentile is 3.75 \
         times as long",
    ),
];
