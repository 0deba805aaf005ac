//! The error bodies that clients read: OAuth's envelope at the token URL, REST's everywhere else.

use crate::request::Answer;
use serde_json::json;

const OAUTH_DOCS: &str = "https://developer.salesforce.com/docs";
const REST_DOCS: &str =
    "https://developer.salesforce.com/docs/atlas.en-us.mc-apis.meta/mc-apis/error-handling.htm";

/// An OAuth error (RFC 6749 section 5.2) as SFMC words it.
pub(crate) fn oauth(status: u16, error: &str, description: &str) -> Answer {
    let body = json!({ "error": error, "error_description": description, "error_uri": OAUTH_DOCS });
    Answer::json(status, body)
}

/// A REST error.
pub(crate) fn rest(status: u16, errorcode: u64, message: &str) -> Answer {
    let body = json!({ "documentation": REST_DOCS, "errorcode": errorcode, "message": message });
    Answer::json(status, body)
}

/// A REST error that names no code.
pub(crate) fn codeless(status: u16, message: &str) -> Answer {
    Answer::json(status, json!({ "message": message }))
}

/// A token that is missing, unknown, revoked or past its life. `challenge`: say so in a header too.
pub(crate) fn not_authorized(challenge: bool) -> Answer {
    let answer = rest(401, 0, "Not Authorized");
    if !challenge {
        return answer;
    }
    let words = "Bearer realm=\"marketingcloudapis.com\", error=\"invalid_token\"";
    answer.with("www-authenticate", words)
}

/// A scope the token does not hold. `errorcode` 0 leaves the code out.
pub(crate) fn insufficient(status: u16, errorcode: u64) -> Answer {
    match errorcode {
        0 => codeless(status, "Insufficient privileges to complete this action."),
        code => rest(status, code, "Insufficient Privileges"),
    }
}

/// Too many requests. `retry_after_s` 0 leaves the hint out.
pub(crate) fn throttled(retry_after_s: u64) -> Answer {
    if retry_after_s == 0 {
        return rest(429, 50_100, "Rate limit exceeded");
    }
    let body = json!({ "message": "Rate limit exceeded", "errorcode": 50_100,
        "retryAfter": retry_after_s, "documentation": REST_DOCS });
    Answer::json(429, body).with("retry-after", retry_after_s)
}

/// Far too many requests, for too long: no hint when to come back.
pub(crate) fn blocked() -> Answer {
    rest(429, 50_200, "Your requests are temporarily blocked.")
}

/// Not now. `retry_after_s` 0 leaves the header out.
pub(crate) fn unavailable(retry_after_s: u64) -> Answer {
    let answer = rest(503, 50_300, "Service Unavailable");
    match retry_after_s {
        0 => answer,
        seconds => answer.with("retry-after", seconds),
    }
}

/// No such route or object.
pub(crate) fn not_found() -> Answer {
    rest(404, 404, "Not Found")
}

/// A body that misses something or holds it in a wrong form (errorcodes 10000 to 10006).
pub(crate) fn bad_request(errorcode: u64, message: &str) -> Answer {
    rest(400, errorcode, message)
}
