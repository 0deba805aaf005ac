//! A token as it is sealed: its bytes and the hosts it works at, in one small document.

use crate::cell::Live;
use countersign_model::Timestamp;
use countersign_model::id::SlotId;
use countersign_model::mint::MintResult;
use countersign_model::token::Generation;
use countersign_oauth::answer::Granted;
use countersign_secret::TokenBytes;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

#[derive(Serialize, Deserialize)]
struct Document {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    soap_url: Option<String>,
}

impl Drop for Document {
    fn drop(&mut self) {
        self.access_token.zeroize();
    }
}

/// The document to seal for a token just granted.
#[must_use]
pub fn encode(grant: &Granted) -> TokenBytes {
    let document = Document {
        access_token: grant.access_token.to_string(),
        rest_url: grant.rest_instance_url.clone(),
        soap_url: grant.soap_instance_url.clone(),
    };
    TokenBytes::new(serde_json::to_vec(&document).expect("three texts are JSON"))
}

/// An answer as it is spooled: all that was received, for the moment the database does not take it.
#[derive(Serialize, Deserialize)]
struct Answer {
    slot: Option<SlotId>,
    sent_at: Timestamp,
    refresh_token: String,
    expires_in: Option<u64>,
    scope: Option<Vec<String>>,
    access: Option<Document>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.refresh_token.zeroize();
    }
}

/// What an exchange or a consent received.
pub struct Received {
    /// The slot whose exchange it was; `None` for a consent.
    pub slot: Option<SlotId>,
    /// When its request was sent.
    pub sent_at: Timestamp,
    /// The refresh token.
    pub refresh: TokenBytes,
    /// What else the answer said; `None` if its access token was no good.
    pub issued: Option<(MintResult, Granted)>,
}

fn text(token: &TokenBytes) -> String {
    token.expose(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// The document to spool.
#[must_use]
pub fn spooled(received: &Received) -> TokenBytes {
    let (expires_in, scope) = match &received.issued {
        Some((
            MintResult::Issued {
                expires_in_s,
                scope,
            },
            _,
        )) => (*expires_in_s, scope.clone()),
        _ => (None, None),
    };
    let access = received.issued.as_ref().map(|(_, grant)| Document {
        access_token: grant.access_token.to_string(),
        rest_url: grant.rest_instance_url.clone(),
        soap_url: grant.soap_instance_url.clone(),
    });
    let answer = Answer {
        slot: received.slot.clone(),
        sent_at: received.sent_at,
        refresh_token: text(&received.refresh),
        expires_in,
        scope,
        access,
    };
    TokenBytes::new(serde_json::to_vec(&answer).expect("texts and times are JSON"))
}

/// Reads a spooled document back; `None` if it is none.
#[must_use]
pub fn received(spooled: &TokenBytes) -> Option<Received> {
    let answer: Answer = spooled.expose(|bytes| serde_json::from_slice(bytes).ok())?;
    let issued = answer.access.as_ref().map(|document| {
        let result = MintResult::Issued {
            expires_in_s: answer.expires_in,
            scope: answer.scope.clone(),
        };
        let grant = Granted {
            access_token: Zeroizing::new(document.access_token.clone()),
            rest_instance_url: document.rest_url.clone(),
            soap_instance_url: document.soap_url.clone(),
        };
        (result, grant)
    });
    Some(Received {
        slot: answer.slot.clone(),
        sent_at: answer.sent_at,
        refresh: TokenBytes::from(answer.refresh_token.clone()),
        issued,
    })
}

/// A token just granted, ready to be handed out.
#[must_use]
pub fn live(grant: &Granted, generation: Generation) -> Live {
    Live {
        generation,
        token: TokenBytes::new(grant.access_token.as_bytes().to_vec()),
        rest_url: grant.rest_instance_url.clone(),
        soap_url: grant.soap_instance_url.clone(),
    }
}

/// Reads a sealed document back; `None` if it is none.
#[must_use]
pub fn decode(sealed: &TokenBytes, generation: Generation) -> Option<Live> {
    let document: Document = sealed.expose(|bytes| serde_json::from_slice(bytes).ok())?;
    let token = Zeroizing::new(document.access_token.clone());
    Some(Live {
        generation,
        token: TokenBytes::new(token.as_bytes().to_vec()),
        rest_url: document.rest_url.clone(),
        soap_url: document.soap_url.clone(),
    })
}
