//! What a program sends.

use crate::traffic::{self, request};
use crate::world::World;
use crate::world::habits::Flow;
use crate::world::say::Told;
use crate::world::wire::Sent;
use countersign_model::estate::CredentialKind;
use countersign_model::id::{IntegrationId, OutcomeId};

/// A request as its sender makes it.
pub(super) struct OwnedSent(traffic::Sent);

impl OwnedSent {
    /// A call of the CRM's connector.
    fn core() -> OwnedSent {
        OwnedSent(traffic::Sent {
            method: "GET",
            path: "/services/data/v59.0/limits".to_owned(),
            route: "/services/data/{version}/limits",
            body: None,
        })
    }

    /// A journey's call of an outside service.
    fn outside(id: &IntegrationId) -> OwnedSent {
        OwnedSent(traffic::Sent {
            method: "POST",
            path: format!("/outside/{id}"),
            route: "/outside/{service}",
            body: None,
        })
    }

    pub(super) fn borrowed(&self) -> Sent<'_> {
        Sent {
            method: self.0.method,
            path: &self.0.path,
            body: self.0.body.as_ref(),
        }
    }
}

/// How a call of it is reported.
pub(super) fn told<'a>(
    flow: &'a Flow,
    sent: &'a OwnedSent,
    retry_of: Option<OutcomeId>,
) -> Told<'a> {
    Told {
        flow,
        method: sent.0.method,
        route: sent.0.route,
        retry_of,
    }
}

impl World {
    /// What a flow sends to what it feeds.
    pub(super) fn sent(&self, flow: &Flow, thing: Option<usize>) -> OwnedSent {
        let asset = thing.map(|thing| &self.ground.habits.things[thing].it);
        match flow.credential_kind {
            CredentialKind::CrmOauth => OwnedSent::core(),
            CredentialKind::ExtOauth => OwnedSent::outside(&flow.it.id),
            _ => OwnedSent(request(&flow.it, asset)),
        }
    }
}
