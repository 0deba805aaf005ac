//! Routes: a URL or path as its template, without query and without the values of keys.

/// Longest part of a path that is kept as it is, in bytes.
const WORD_BYTES_MAX: usize = 40;
/// Parts of a path that are kept; what follows becomes `…`.
const PARTS_MAX: usize = 12;

/// Writes the template of a path or URL behind `into`. Query, fragment, scheme and host go; a part
/// that is more than a plain word (digits, an address, an escape) becomes `{id}`, a value behind
/// `key:` or after `key` becomes `{key}`; versions such as `v1` stay.
pub fn template_into(url: &str, into: &mut String) {
    let path = path_of(url);
    let mut after_key = false;
    for (place, part) in path.split('/').filter(|part| !part.is_empty()).enumerate() {
        into.push('/');
        if place >= PARTS_MAX {
            into.push('…');
            return;
        }
        match part.split_once(':') {
            _ if after_key => into.push_str("{key}"),
            Some((name, _)) if is_word(name) => {
                into.push_str(name);
                into.push_str(":{key}");
            }
            None if is_word(part) || is_version(part) => into.push_str(part),
            _ => into.push_str("{id}"),
        }
        after_key = part.eq_ignore_ascii_case("key") || part.eq_ignore_ascii_case("externalkey");
    }
    if path.len() <= 1 {
        into.push('/');
    }
}

/// The template of a path or URL, as [`template_into`] writes it.
#[must_use]
pub fn template(url: &str) -> String {
    let mut route = String::with_capacity(url.len());
    template_into(url, &mut route);
    route
}

/// Whether a route asks for a token: SFMC's `/v2/token` and `/v1/requestToken`, and the core's
/// `/services/oauth2/token`.
#[must_use]
pub fn is_token_route(route: &str) -> bool {
    let route = path_of(route).trim_end_matches('/');
    route.ends_with("/v2/token")
        || route.ends_with("/oauth2/token")
        || route.to_ascii_lowercase().ends_with("/v1/requesttoken")
}

fn path_of(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    }
}

fn is_word(part: &str) -> bool {
    part.len() <= WORD_BYTES_MAX
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'{' | b'}'))
}

fn is_version(part: &str) -> bool {
    part.strip_prefix(['v', 'V']).is_some_and(|number| {
        (1..=4).contains(&number.len())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    }) || part == "oauth2"
}

#[cfg(test)]
mod tests;
