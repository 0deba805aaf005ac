//! A token as it is sealed: its bytes and the hosts it works at, in one small document.

use crate::cell::Live;
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
