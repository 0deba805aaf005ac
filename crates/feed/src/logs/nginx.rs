//! nginx access logs: the combined format, and behind it anything written as `name=value`.
//!
//! What is worth adding to the format:
//!
//! ```text
//! log_format countersign '$remote_addr - $remote_user [$time_local] "$request" $status '
//!     '$body_bytes_sent "$http_referer" "$http_user_agent" '
//!     'rt=$request_time us=$upstream_status ut=$upstream_response_time '
//!     'int=$http_x_integration client=$http_x_client_id id=$request_id';
//! ```
//!
//! Names that are read: `us` or `upstream_status` (it counts before `$status`), `rt` or
//! `request_time` and `ut` or `upstream_response_time` (seconds; the upstream's counts first), `int`
//! or `integration`, `client` or `client_id`, `consumer`, `cred` or `credential`, `bu`, `id` or
//! `request_id`, `err` or `error_code`. Of several upstreams tried, `502, 200`, the last counts. The
//! remote user is the consumer where none is named.

use crate::line::Line;
use crate::ndjson::RejectReason;
use crate::ndjson::scan::legal_id;
use crate::{route, time};

const LINE: &str = "a line of an nginx access log";

/// Reads lines, with a place for the templates of their routes and the last time read.
#[derive(Debug, Default)]
pub struct Reader {
    route: String,
    written: String,
    ms: i64,
}

/// What stands before the names.
struct Combined<'a> {
    user: &'a str,
    time: &'a str,
    request: &'a str,
    status: &'a str,
    rest: &'a str,
}

impl Reader {
    /// Reads one line, without its end.
    ///
    /// # Errors
    /// [`RejectReason`] if it is none.
    pub fn read<'a>(&'a mut self, line: &'a str) -> Result<Line<'a>, RejectReason> {
        let combined = combined(line).ok_or(RejectReason::Form { expected: LINE })?;
        if self.written != combined.time {
            let at = time::clf_time(combined.time).ok_or(RejectReason::Field {
                field: "time_local",
                expected: "a time as in 22/Nov/2026:12:40:59 +0000",
            })?;
            self.ms = at.as_millisecond();
            combined.time.clone_into(&mut self.written);
        }
        let (method, path) = request(combined.request).ok_or(RejectReason::Field {
            field: "request",
            expected: "a method and a path",
        })?;
        self.route.clear();
        route::template_into(path, &mut self.route);
        let mut read = Line {
            ts_ms: Some(self.ms),
            source: "nginx",
            consumer: some(combined.user).and_then(legal_id).unwrap_or_default(),
            is_mint: route::is_token_route(path),
            method,
            route: &self.route,
            n: 1,
            ..Line::default()
        };
        let mut upstream = None;
        for (name, value) in Pairs(combined.rest) {
            if let Some(value) = some(value) {
                named(&mut read, &mut upstream, name, value);
            }
        }
        let status = upstream.unwrap_or(combined.status);
        read.status = status
            .parse()
            .ok()
            .filter(|status| (100..=599).contains(status))
            .ok_or(RejectReason::Field {
                field: "status",
                expected: "an HTTP status from 100 to 599",
            })?;
        Ok(read)
    }
}

/// Whether a line looks like one of these logs.
#[must_use]
pub fn is_line(line: &str) -> bool {
    combined(line).is_some_and(|found| time::clf_time(found.time).is_some())
}

fn combined(line: &str) -> Option<Combined<'_>> {
    let (_, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once(' ')?;
    let (user, rest) = rest.split_once(" [")?;
    let (time, rest) = rest.split_once("] \"")?;
    let (request, rest) = quoted(rest)?;
    let rest = rest.trim_start();
    let (status, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(Combined {
        user,
        time,
        request,
        status,
        rest,
    })
}

/// The text up to the quote that ends it, and what follows. nginx escapes a quote as `\x22`, others
/// as `\"`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let end = from + text[from..].find('"')?;
        if !text[..end].ends_with('\\') {
            return Some((&text[..end], &text[end + 1..]));
        }
        from = end + 1;
    }
}

fn request(text: &str) -> Option<(&str, &str)> {
    let mut parts = text.split(' ');
    let (method, path) = (parts.next()?, parts.next()?);
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_path = path.starts_with('/') || path.contains("://");
    (is_method && is_path).then_some((method, path))
}

/// A value that is there: nginx writes `-` for an absent one.
fn some(value: &str) -> Option<&str> {
    (!value.is_empty() && value != "-").then_some(value)
}

fn named<'a>(line: &mut Line<'a>, upstream: &mut Option<&'a str>, name: &str, value: &'a str) {
    match name {
        "us" | "upstream_status" => *upstream = last(value),
        "rt" | "request_time" if line.latency_ms.is_none() => line.latency_ms = ms(value),
        "ut" | "urt" | "upstream_response_time" => {
            line.latency_ms = last(value).and_then(ms).or(line.latency_ms);
        }
        "int" | "integration" => line.integration = value,
        "client" | "client_id" => line.client_id = value,
        "consumer" => line.consumer = value,
        "cred" | "credential" => line.credential = value,
        "bu" => line.bu = value,
        "id" | "request_id" => line.id = legal_id(value).unwrap_or_default(),
        "err" | "error_code" => line.error_code = value,
        _ => {}
    }
}

/// Of several upstreams tried, `502, 200` or `502 : 200`, the last that answered.
fn last(value: &str) -> Option<&str> {
    value
        .rsplit([',', ':'])
        .map(str::trim)
        .find(|part| some(part).is_some())
}

fn ms(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.parse().ok()?;
    (0.0..1e9)
        .contains(&seconds)
        .then(|| (seconds * 1_000.0).round() as u64)
}

/// `name=value` and `name="value"` in a text; all else is passed over.
struct Pairs<'a>(&'a str);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.0.trim_start();
            if text.is_empty() {
                return None;
            }
            if let Some(rest) = text.strip_prefix('"') {
                self.0 = quoted(rest).map_or("", |(_, rest)| rest);
                continue;
            }
            let end = text.find([' ', '=']).unwrap_or(text.len());
            let Some(value) = text[end..].strip_prefix('=') else {
                self.0 = &text[end..];
                continue;
            };
            let name = &text[..end];
            if let Some(inner) = value.strip_prefix('"') {
                let (value, rest) = quoted(inner).unwrap_or((inner, ""));
                self.0 = rest;
                return Some((name, value));
            }
            let mut end = value.find(' ').unwrap_or(value.len());
            // A list of upstreams, `502, 200`, is one value.
            while value[..end].ends_with([',', ':']) && end < value.len() {
                let next = end + 1;
                end = value[next..].find(' ').map_or(value.len(), |at| next + at);
            }
            self.0 = &value[end..];
            return Some((name, value[..end].trim_end_matches(',')));
        }
    }
}

#[cfg(test)]
mod tests;
