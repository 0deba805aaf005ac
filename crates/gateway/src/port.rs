//! What the gateway needs of whoever has the tokens.

use countersign_model::id::{ConsumerId, SlotId};
use countersign_model::outcome::Call;
use countersign_model::token::Generation;
use countersign_secret::TokenBytes;
use futures::future::BoxFuture;
use std::net::IpAddr;

/// Who has the tokens.
pub trait TokenSource: Send + Sync {
    /// Whose bearer this is. It takes no lock and no disk.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    fn admit(&self, bearer: &str, peer: Option<IpAddr>) -> Result<Passenger, NotAdmitted>;

    /// A live token of the passenger's slot, not of generation `unlike`. Waits for a renewal if
    /// there is none.
    fn token<'a>(
        &'a self,
        passenger: &'a Passenger,
        unlike: Option<Generation>,
    ) -> BoxFuture<'a, Result<Ticket, NoToken>>;

    /// The platform refused this token although its clock says that it lives.
    fn dead<'a>(&'a self, passenger: &'a Passenger, generation: Generation) -> BoxFuture<'a, ()>;

    /// What came of a call. It must not block.
    fn seen(&self, passenger: &Passenger, peer: Option<IpAddr>, call: Call);
}

/// A consumer on one of its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passenger {
    /// Who.
    pub consumer: ConsumerId,
    /// On which slot.
    pub slot: SlotId,
    /// It may read what the allow-list names, and sees no contact rows.
    pub read_only: bool,
    /// A refused write may be sent once more with another token. The platform refuses a dead token
    /// before it acts; an integration that will not rely on that says no.
    pub resends_writes: bool,
}

/// A live token and where it works.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Its bytes.
    pub token: TokenBytes,
    /// Its number in the slot.
    pub generation: Generation,
    /// Base URL of REST calls.
    pub rest_url: Option<String>,
    /// Base URL of SOAP calls.
    pub soap_url: Option<String>,
    /// Base URL of the auth host.
    pub auth_url: Option<String>,
}

/// Why a bearer is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// None of ours, or of a consumer that is gone, past its end or elsewhere.
    Unknown,
    /// Ours, and past its life.
    Ended,
}

/// There is no usable token now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoToken {
    /// The class of the failure behind it.
    pub class: &'static str,
    /// When asking again may help, seconds, at least 1.
    pub retry_after_s: u64,
}
