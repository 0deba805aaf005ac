//! One request on its way: which route it is for, what stands in its way, and what is noted of it.

use super::Platform;
use crate::auth::{AUTHORIZE_ROUTE, LEGACY_ROUTE, TOKEN_ROUTE};
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::ledger::Entry;
use crate::quota::Verdict;
use crate::request::{Answer, Reply, Request};
use crate::rest::{self, Call, Found};
use crate::switch::Name;
use crate::token::{Presented, Token};
use jiff::Timestamp;
use std::sync::Arc;

/// Longest path kept in the ledger when there is no route for it, characters.
const PATH_CHARS_MAX: usize = 200;

/// A request and its reply, with what the ledger wants to know.
pub(crate) struct Exchange {
    pub(crate) route: String,
    pub(crate) is_mint: bool,
    pub(crate) client_id: Option<String>,
    pub(crate) place: Place,
    pub(crate) presented: Presented,
    pub(crate) reply: Reply,
}

impl Exchange {
    pub(crate) fn entry(&self, now: Timestamp, request: &Request) -> Entry {
        let status = match &self.reply {
            Reply::Answer(answer) => answer.status,
            Reply::Drop => 0,
        };
        Entry {
            number: 0,
            at: now,
            method: request.method.clone(),
            route: self.route.clone(),
            client_id: self.client_id.clone(),
            credential: self.place.label.clone(),
            mid: self.place.mid,
            status,
            token: self.presented,
            peer: request.peer,
            n: request.times(),
        }
    }
}

/// Who calls: the token presented, how it stands, and where it works.
struct Caller {
    token: Option<Arc<Token>>,
    presented: Presented,
    place: Place,
}

/// A judged request at a token endpoint.
pub(crate) struct Judged {
    pub(crate) client_id: Option<String>,
    pub(crate) place: Place,
    /// The answer, if there was one.
    pub(crate) answer: Option<Answer>,
}

impl Platform {
    pub(crate) fn exchange(&mut self, now: Timestamp, request: &Request) -> Exchange {
        let segments = request.segments();
        let lower: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
        let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["v2", "token"] => {
                let judged = self.token(now, request);
                self.minted(TOKEN_ROUTE.to_owned(), true, judged)
            }
            ["v1", "requesttoken"] => {
                let (judged, is_mint) = self.legacy_token(now, request);
                self.minted(LEGACY_ROUTE.to_owned(), is_mint, judged)
            }
            ["v2", "authorize"] => {
                let judged = self.authorize(now, request);
                self.minted(AUTHORIZE_ROUTE.to_owned(), false, judged)
            }
            ["ext", _, "oauth2", "token"] => {
                let judged = self.outside_token(now, &segments[1], request);
                let route = format!("/ext/{}/oauth2/token", segments[1]);
                self.minted(route, false, judged)
            }
            ["service.asmx"] => self.soap(now, request),
            ["etframework.wsdl"] | ["etframeworkfault.xsd"] => {
                self.soap_document(now, request, parts[0])
            }
            ["services", ..] | ["id", _, _] => self.core_exchange(now, request, &segments),
            _ => self.called(now, request, &segments),
        }
    }

    /// What the platform does with a request, if it gets there.
    pub(crate) fn reached(
        &mut self,
        now: Timestamp,
        place: &Place,
        work: impl FnOnce(&mut Platform) -> Answer,
    ) -> Option<Answer> {
        (!self.broken(now, Kind::Partition, place)).then(|| work(self))
    }

    /// An answer on its way back. That of an exchange since there were `n_before` may get lost.
    pub(crate) fn arrived(&mut self, n_before: u64, answer: Option<Answer>) -> Option<Answer> {
        let exchanged = self.world.exchanges.n_exchanged() > n_before;
        if exchanged && self.switches.count_down(Name::LostAnswers) {
            self.world.exchanges.lost();
            return None;
        }
        answer
    }

    /// The end of a token request: how long its answer took.
    pub(crate) fn minted(&mut self, route: String, is_mint: bool, judged: Judged) -> Exchange {
        let Judged {
            client_id,
            place,
            answer,
        } = judged;
        let reply = match answer {
            None => Reply::Drop,
            Some(answer) => {
                let slowed_ms = self.slowness(&place);
                Reply::Answer(self.timed(answer, slowed_ms))
            }
        };
        Exchange {
            route,
            is_mint,
            client_id,
            place,
            presented: Presented::None,
            reply,
        }
    }

    fn called(&mut self, now: Timestamp, request: &Request, segments: &[String]) -> Exchange {
        let found = rest::find(&request.method, segments);
        let caller = self.caller(now, request, &found);
        let reply = if self.broken(now, Kind::Partition, &caller.place) {
            Reply::Drop
        } else {
            let answer = self.guarded(now, request, &found, &caller);
            let slowed_ms = if found.is_auth() {
                self.slowness(&caller.place)
            } else {
                0
            };
            Reply::Answer(self.timed(answer, slowed_ms))
        };
        let route = match &found {
            Found::Route(route, _) => route.pattern.to_owned(),
            Found::OtherMethod(pattern) => (*pattern).to_owned(),
            Found::Nothing => request.path.chars().take(PATH_CHARS_MAX).collect(),
        };
        let Caller {
            token,
            presented,
            place,
        } = caller;
        let client_id = token.map(|token| token.client_id.clone());
        Exchange {
            route,
            is_mint: false,
            client_id,
            place,
            presented,
            reply,
        }
    }

    fn caller(&mut self, now: Timestamp, request: &Request, found: &Found) -> Caller {
        let (token, presented) = self.world.tokens.judge(now, request.bearer());
        let mut place = token
            .as_ref()
            .map_or_else(Place::default, |token| self.place_of(token));
        if let (Found::Route(route, keys), Some(token)) = (found, &token) {
            place.asset = self.asset_of(route, keys, token);
        }
        Caller {
            token,
            presented,
            place,
        }
    }

    /// What stands between a call and its route: outages, the token, the address, the throttle.
    /// Who may not come in learns nothing about what is there.
    fn guarded(
        &mut self,
        now: Timestamp,
        request: &Request,
        found: &Found,
        caller: &Caller,
    ) -> Answer {
        if let Some(answer) = self.host_down(now, found.is_auth(), &caller.place) {
            return answer;
        }
        match (caller.presented, found) {
            (Presented::None, Found::Nothing) => return envelope::not_found(),
            (Presented::None, _) if request.query.contains_key("access_token") => {
                return envelope::rest(403, 40_003, "The token must be sent in a header");
            }
            _ => {}
        }
        let Some(token) = caller
            .token
            .as_ref()
            .filter(|_| caller.presented == Presented::Valid)
        else {
            return envelope::not_authorized(self.switch(Name::WwwAuthenticate) != 0);
        };
        if let Some(answer) = self.turned_away(now, request, &caller.place) {
            return answer;
        }
        match found {
            Found::Nothing => envelope::not_found(),
            Found::OtherMethod(_) => self.other_method(&request.method),
            Found::Route(route, keys) => {
                let (token, place) = (Arc::clone(token), &caller.place);
                self.call(
                    route,
                    &Call {
                        now,
                        request,
                        keys,
                        token,
                        place,
                    },
                )
            }
        }
    }

    /// The answer of a host that does not work.
    fn host_down(&mut self, now: Timestamp, is_auth: bool, place: &Place) -> Option<Answer> {
        if self.broken(now, Kind::PlatformOutage, place)
            || (is_auth && self.broken(now, Kind::AuthDown, place))
        {
            return Some(envelope::unavailable(
                self.switch(Name::UnavailableRetryAfter),
            ));
        }
        let failing = !is_auth && self.broken(now, Kind::Rest5xx, place);
        failing.then(|| envelope::rest(500, 0, "Internal Server Error"))
    }

    /// The answer for a caller whose token works and who may still not come in.
    fn turned_away(&mut self, now: Timestamp, request: &Request, place: &Place) -> Option<Answer> {
        if self.is_shut_out(request, place) || self.broken(now, Kind::IpBlocked, place) {
            return Some(envelope::codeless(403, "Forbidden"));
        }
        let throttled = envelope::throttled(self.switch(Name::ThrottleRetryAfter));
        if self.broken(now, Kind::RateLimited, place) {
            return Some(throttled);
        }
        match self.ask_rest_host(now, place.tenant.as_deref().unwrap_or_default()) {
            Verdict::Admitted => None,
            Verdict::Throttled => Some(throttled),
            Verdict::Blocked => Some(envelope::blocked()),
        }
    }

    /// A known route, asked in another way.
    pub(crate) fn other_method(&self, method: &str) -> Answer {
        let shown: String = method.chars().take(20).collect();
        let message = format!("The requested resource does not support http method '{shown}'.");
        envelope::codeless(self.status(Name::MethodStatus), &message)
    }

    pub(crate) fn timed(&mut self, answer: Answer, slowed_ms: u64) -> Answer {
        let median_ms = self.switch(Name::LatencyMs);
        let usual_ms = match self.switch(Name::LatencyJitter) {
            0 => median_ms,
            _ => self.world.chance.latency_ms(median_ms),
        };
        Answer {
            latency_ms: usual_ms + slowed_ms,
            slowed_ms,
            ..answer
        }
    }
}
