//! Names and sentences cut to the room there is.

/// Longest name inside a summary, in words.
pub(super) const NAME_WORDS_MAX: usize = 10;
/// Longest name inside a subject or a question, in words.
pub(super) const SUBJECT_NAME_WORDS_MAX: usize = 6;

/// `Membership welcome` of `Membership welcome (app backend)`: where room is scarce.
pub(super) fn without_remark(name: &str) -> &str {
    match name.split_once(" (") {
        Some((name, remark)) if remark.ends_with(')') && !name.is_empty() => name,
        _ => name,
    }
}

/// A sentence; one that was cut ends already.
pub(super) fn ended_by_stop(text: &str) -> String {
    match text.ends_with('…') {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

/// At most so many words.
pub(super) fn clipped(text: &str, words: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    match all.len() > words {
        true => format!("{}…", all[..words].join(" ")),
        false => all.join(" "),
    }
}
