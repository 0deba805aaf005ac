//! The SOAP service: one address for all, the operation told by what stands in the body.
//!
//! A call takes the road of REST calls: outages first, then the token, the address, the throttle, then
//! the scope, before anything is looked up. What is wrong with a call as a whole is a fault with status
//! 500; what is wrong with a part of it is said in an answer with status 200.

mod act;
mod change;
mod content;
mod describe;
mod envelope;
mod fault;
mod filter;
mod identity;
mod kept;
mod permission;
mod retrieve;
mod row;

pub(crate) use content::{ROLES, role_id};
pub use fault::too_large;
pub(crate) use identity::folder;
pub(crate) use kept::Kept;

use crate::fault::{Kind, Place};
use crate::platform::{Exchange, Platform};
use crate::quota::Verdict;
use crate::request::{Answer, Reply, Request};
use crate::setup::AssetKind;
use crate::switch::Name;
use crate::token::{Presented, Token};
use countersign_etframework::{Node, Operation, fault_xsd, wsdl};
use envelope::Envelope;
use fault::SoapFault;
use jiff::Timestamp;
use std::sync::Arc;

/// The route of the service, as the ledger names it; the operation follows after `#`.
pub const SERVICE_ROUTE: &str = "/Service.asmx";

/// A call that may be answered.
struct Call<'a> {
    now: Timestamp,
    /// What stands in the body.
    request: &'a Node,
    token: Arc<Token>,
    place: &'a Place,
    /// How many equal requests it stands for.
    times: u64,
}

type Handler = fn(&mut Platform, &Call<'_>) -> Node;

/// Who answers which operation.
const HANDLERS: &[(&str, Handler)] = &[
    ("Retrieve", retrieve::retrieve),
    ("Describe", describe::describe),
    ("Create", change::create),
    ("Update", change::update),
    ("Delete", change::delete),
    ("Perform", act::perform),
    ("Execute", act::execute),
    ("Configure", act::configure),
    ("Schedule", act::schedule),
    ("GetSystemStatus", act::system_status),
    ("VersionInfo", act::version_info),
];

impl Platform {
    /// The description of the service and its faults, for anybody who asks.
    pub(crate) fn soap_document(
        &mut self,
        now: Timestamp,
        request: &Request,
        name: &str,
    ) -> Exchange {
        let place = Place::default();
        let (route, text) = match name {
            "etframework.wsdl" => ("/etframework.wsdl", wsdl(self.base_url())),
            _ => ("/ETFrameworkFault.xsd", fault_xsd()),
        };
        let reply = if self.broken(now, Kind::Partition, &place) {
            Reply::Drop
        } else if request.method != "GET" && request.method != "HEAD" {
            Reply::Answer(self.other_method(&request.method))
        } else if self.broken(now, Kind::PlatformOutage, &place) {
            Reply::Answer(crate::envelope::unavailable(0))
        } else {
            Reply::Answer(self.timed(Answer::xml(200, text), 0))
        };
        Exchange {
            route: route.to_owned(),
            is_mint: false,
            client_id: None,
            place,
            presented: Presented::None,
            reply,
        }
    }

    /// Answers a SOAP call.
    pub(crate) fn soap(&mut self, now: Timestamp, request: &Request) -> Exchange {
        let sent = Envelope::read(&request.body);
        let bearer = sent.as_ref().ok().and_then(|sent| sent.token.as_deref());
        let (token, presented) = self.world.tokens.judge(now, bearer);
        let mut place = token
            .as_ref()
            .map_or_else(Place::default, |token| self.place_of(token));
        if let (Ok(sent), Some(token)) = (&sent, &token) {
            place.asset = self.soap_asset(&sent.request, token);
        }
        let operation = sent.as_ref().ok().and_then(|sent| sent.operation);
        let reply = if self.broken(now, Kind::Partition, &place) {
            Reply::Drop
        } else if request.method == "POST" {
            let live = token.clone().filter(|_| presented == Presented::Valid);
            let judged = self.soap_judged(now, request, &sent, (live, presented), &place);
            let answer = match judged {
                Ok((operation, node)) => envelope::answer(self, now, &sent, operation, &node),
                Err(fault) => fault::answer(self, now, &sent, &fault),
            };
            Reply::Answer(self.timed(answer, 0))
        } else {
            Reply::Answer(self.other_method(&request.method))
        };
        Exchange {
            route: match operation {
                Some(operation) => format!("{SERVICE_ROUTE}#{}", operation.name),
                None => SERVICE_ROUTE.to_owned(),
            },
            is_mint: false,
            client_id: token.map(|token| token.client_id.clone()),
            place,
            presented,
            reply,
        }
    }

    fn soap_judged(
        &mut self,
        now: Timestamp,
        request: &Request,
        sent: &Result<Envelope, SoapFault>,
        (token, presented): (Option<Arc<Token>>, Presented),
        place: &Place,
    ) -> Result<(Operation, Node), SoapFault> {
        let operation = sent.as_ref().ok().and_then(|sent| sent.operation);
        self.soap_host_up(now, operation, place)?;
        let sent = sent.as_ref().map_err(Clone::clone)?;
        let Some(token) = token else {
            return Err(self.soap_refusal(presented));
        };
        self.soap_admits(now, request, place)?;
        let operation = sent.action(request.headers.get("soapaction").map(String::as_str))?;
        let call = Call {
            now,
            request: &sent.request,
            token,
            place,
            times: request.times(),
        };
        let handler = HANDLERS.iter().find(|(name, _)| *name == operation.name);
        let (_, handler) = handler.expect("every operation has a handler; a test looks");
        Ok((operation, handler(self, &call)))
    }

    /// The fault of a service that does not work. How things are can be asked while calls fail.
    fn soap_host_up(
        &mut self,
        now: Timestamp,
        operation: Option<Operation>,
        place: &Place,
    ) -> Result<(), SoapFault> {
        if self.broken(now, Kind::PlatformOutage, place) {
            return Err(SoapFault::Outage);
        }
        let asks = operation.is_some_and(|operation| operation.name == "GetSystemStatus");
        if !asks && self.broken(now, Kind::Rest5xx, place) {
            return Err(SoapFault::Unexpected);
        }
        Ok(())
    }

    fn soap_refusal(&self, presented: Presented) -> SoapFault {
        match presented {
            Presented::Expired => SoapFault::TokenExpired,
            Presented::Revoked if self.switch(Name::SoapRevokedIsExpired) != 0 => {
                SoapFault::TokenExpired
            }
            Presented::None | Presented::Valid | Presented::Revoked | Presented::Unknown => {
                SoapFault::LoginFailed
            }
        }
    }

    fn soap_admits(
        &mut self,
        now: Timestamp,
        request: &Request,
        place: &Place,
    ) -> Result<(), SoapFault> {
        if self.is_shut_out(request, place) || self.broken(now, Kind::IpBlocked, place) {
            return Err(SoapFault::NotAuthorized);
        }
        if self.broken(now, Kind::RateLimited, place) {
            return Err(SoapFault::RateLimited);
        }
        match self.ask_rest_host(now, place.tenant.as_deref().unwrap_or_default()) {
            Verdict::Admitted => Ok(()),
            Verdict::Throttled | Verdict::Blocked => Err(SoapFault::RateLimited),
        }
    }

    /// The asset that a call is about, by its id in the estate: the first one it names.
    fn soap_asset(&mut self, request: &Node, token: &Token) -> Option<String> {
        let asked = request.nodes("RetrieveRequest");
        let table = asked.first().and_then(|asked| asked.text("ObjectType"));
        let objects = request.nodes("Objects").into_iter();
        let objects = objects.chain(request.nodes("Definitions.Definition"));
        let named = objects.filter_map(|object| {
            let (kind, path) = match object.kind? {
                "DataExtension" | "DataExtensionObject" => (AssetKind::Table, "CustomerKey"),
                "TriggeredSend" => (AssetKind::Send, "TriggeredSendDefinition.CustomerKey"),
                "TriggeredSendDefinition" => (AssetKind::Send, "CustomerKey"),
                "Automation" => (AssetKind::Automation, "CustomerKey"),
                _ => return None,
            };
            let key = object.text(path).or_else(|| object.text("ObjectID"));
            key.map(|key| (kind, key.to_owned()))
        });
        let table = table.and_then(retrieve::table_key);
        let table = table.map(|key| (AssetKind::Table, key.to_owned()));
        let (kind, key) = table.or_else(|| named.into_iter().next())?;
        let parent = self.enterprise_of(token.mid);
        let found = self.world.assets.find(kind, &key, token.mid, parent);
        found.map(|asset| asset.id.clone())
    }
}

#[cfg(test)]
mod tests;
