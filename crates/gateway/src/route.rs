//! What a path is called in an outcome: never a key, an id or anything of a person.

/// Parts of a path that name a resource; anything else is somebody's key.
const WORDS: [&str; 71] = [
    "address",
    "assets",
    "async",
    "asset",
    "attributegroups",
    "audit",
    "automation",
    "automations",
    "beta",
    "beta2",
    "bulk",
    "campaign",
    "campaigns",
    "categories",
    "category",
    "code",
    "contacts",
    "content",
    "context",
    "customobjectdata",
    "customobjects",
    "data",
    "dataevents",
    "dataextensions",
    "dataextracts",
    "dataverifications",
    "definition",
    "definitions",
    "deliverypolicy",
    "domainverification",
    "email",
    "endpoints",
    "eventdefinitions",
    "events",
    "filters",
    "filetransfers",
    "ftplocations",
    "hub",
    "imports",
    "instances",
    "interaction",
    "interactions",
    "key",
    "keyword",
    "legacy",
    "message",
    "messages",
    "messagecontact",
    "messagedefinitionsends",
    "messaging",
    "mobile",
    "notifications",
    "object",
    "objects",
    "ops",
    "platform",
    "push",
    "queries",
    "query",
    "queue",
    "results",
    "rows",
    "rowset",
    "schema",
    "scripts",
    "send",
    "sms",
    "status",
    "tokencontext",
    "userinfo",
    "discovery",
];
/// Longest route kept, bytes.
const LEN_MAX: usize = 120;

/// The route of a REST path: resource words as they are, everything else as `{…}`.
pub(crate) fn rest(path: &str) -> String {
    let mut route = String::with_capacity(path.len());
    for part in path.split('/').filter(|part| !part.is_empty()) {
        route.push('/');
        let (word, key) = match part.split_once(':') {
            Some((word, _)) => (word, true),
            None => (part, false),
        };
        let known = is_version(word) || WORDS.iter().any(|one| one.eq_ignore_ascii_case(word));
        match (known, key) {
            (true, false) => route.push_str(word),
            (true, true) => {
                route.push_str(word);
                route.push_str(":{key}");
            }
            (false, _) => route.push_str("{…}"),
        }
    }
    if route.is_empty() {
        route.push('/');
    }
    match route.char_indices().find(|(at, _)| *at > LEN_MAX) {
        Some((at, _)) => {
            route.truncate(at);
            route
        }
        None => route,
    }
}

/// `v1`, `v2`.
fn is_version(word: &str) -> bool {
    matches!(word.as_bytes(), [b'v' | b'V', digit] if digit.is_ascii_digit())
}

/// The route of a SOAP call, by its action: `/Service.asmx#Retrieve`.
pub(crate) fn soap(action: Option<&str>) -> String {
    let action = action.unwrap_or_default().trim().trim_matches('"');
    let word: String = action
        .chars()
        .filter(char::is_ascii_alphabetic)
        .take(20)
        .collect();
    match word.as_str() {
        "" => "/Service.asmx".to_owned(),
        word => format!("/Service.asmx#{word}"),
    }
}

#[cfg(test)]
mod tests;
