//! A call under way: who makes it, where it goes, and whose addresses stand in it.

use super::sent::Sent;
use crate::path::{BASES, Host};
use crate::port::{Passenger, Ticket};
use crate::rewrite::Plan;
use crate::route;
use axum::http::request::Parts;
use axum::http::{Method, header};
use std::net::IpAddr;

/// A call under way.
pub(super) struct Trip<'a> {
    pub(super) passenger: Passenger,
    pub(super) parts: &'a Parts,
    pub(super) peer: Option<IpAddr>,
    pub(super) host: Host,
    pub(super) path: String,
    pub(super) bearer: Option<String>,
    pub(super) left: Left,
}

/// What of an answer the consumer may see.
pub(super) enum Left {
    /// All of it.
    All,
    /// JSON without contacts.
    Json,
    /// SOAP objects of a kind, without what names a person.
    Soap(Option<&'static str>),
}

impl Trip<'_> {
    /// The host, and whether there is no body to an answer.
    pub(super) fn kind(&self) -> (Host, bool) {
        (self.host, self.parts.method == Method::HEAD)
    }

    pub(super) fn route(&self) -> String {
        match self.host {
            Host::Rest | Host::Auth => route::rest(&self.path),
            Host::Soap => {
                let action = self.parts.headers.get("soapaction");
                route::soap(action.and_then(|value| value.to_str().ok()))
            }
        }
    }

    /// A dead token is refused before anything is done, so a call may be made again: a read always, a
    /// write when its integration says so; a body that streamed is gone.
    pub(super) fn may_be_sent_again(&self, sent: &Sent) -> bool {
        let reads = matches!(self.parts.method, Method::GET | Method::HEAD);
        sent.whole().is_some() && (reads || self.passenger.resends_writes)
    }

    /// The tenant's addresses become ours, the called host's first.
    pub(super) fn plan(&self, ticket: &Ticket, ours: Option<&str>) -> Plan {
        let mut pairs = pairs(ticket, ours);
        pairs.sort_by_key(|(_, _, host)| *host != self.host);
        Plan::new(
            pairs
                .iter()
                .map(|(theirs, ours, _)| (theirs.as_str(), ours.as_str())),
        )
    }

    /// Our addresses, as the caller was shown them, become the tenant's again.
    pub(super) fn back_plan(&self, ticket: &Ticket, ours: Option<&str>) -> Plan {
        let pairs = pairs(ticket, ours);
        Plan::new(
            pairs
                .iter()
                .map(|(theirs, ours, _)| (ours.as_str(), theirs.as_str())),
        )
    }
}

/// A host's address at the tenant, the one under which we hand it out, and the host.
fn pairs(ticket: &Ticket, ours: Option<&str>) -> Vec<(String, String, Host)> {
    let Some(ours) = ours else {
        return Vec::new();
    };
    let pairs = BASES.iter().filter_map(|(path, host)| {
        let theirs = base_of(ticket, *host)?.to_owned();
        Some((theirs, format!("{ours}{path}"), *host))
    });
    pairs.collect()
}

/// The tenant's address of a host.
pub(super) fn base_of(ticket: &Ticket, host: Host) -> Option<&str> {
    match host {
        Host::Rest => ticket.rest_url.as_deref(),
        Host::Soap => ticket.soap_url.as_deref(),
        Host::Auth => ticket.auth_url.as_deref(),
    }
}

/// The bearer of a REST call.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, bearer) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| bearer.trim())
}
