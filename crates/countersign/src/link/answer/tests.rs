use super::Answer;
use crate::exit::Code;
use serde_json::json;

fn code_of(status: u16, code: &str) -> Code {
    let body = json!({ "code": code, "detail": "It was not done." });
    let ended = Answer {
        status,
        body,
        tag: None,
    }
    .checked();
    ended.expect_err("a problem").code
}

#[test]
fn what_only_a_person_can_open_is_a_refusal() {
    assert_eq!(code_of(409, "credential_locked"), Code::Refused);
    assert_eq!(code_of(403, "observed_credential"), Code::Refused);
    assert_eq!(code_of(401, "unauthorized"), Code::Refused);
}

#[test]
fn what_passes_by_itself_is_away_and_what_was_sent_wrongly_is_input() {
    assert_eq!(code_of(503, "no_usable_token"), Code::Away);
    assert_eq!(code_of(409, "no_slot"), Code::Input);
    assert_eq!(code_of(500, "internal"), Code::Failed);
}
