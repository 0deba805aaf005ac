//! Consents on their way: a person is sent to the provider and comes back with a code (RFC 6749
//! section 4.1, with the proof of RFC 7636).
//!
//! What waits here lives in memory only and in wall time: a restart forgets it, and the person starts
//! again. The `state` of each is 256 random bits, kept as a hash, good once and for ten minutes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_host::clock::wall_now;
use countersign_host::entropy::Entropy;
use countersign_model::id::CredentialId;
use countersign_model::{SignedDuration, Timestamp};
use countersign_oauth::client::TokenClient;
use countersign_secret::TokenBytes;
use ring::digest::{SHA256, digest};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How long a person has.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Consents that may be on their way at once; the oldest goes.
const PENDING_MAX: usize = 64;

/// A consent that was asked for.
pub(crate) struct Pending {
    /// Whose.
    pub(crate) credential: CredentialId,
    /// Where its code comes back to.
    pub(crate) redirect_uri: String,
    /// What the challenge was made from.
    pub(crate) verifier: TokenBytes,
    ends_at: Timestamp,
}

/// What a new consent's address is made of.
pub(crate) struct Asked {
    /// Tells the answer apart, and that we asked for it.
    pub(crate) state: String,
    /// SHA-256 of the verifier (RFC 7636 method S256).
    pub(crate) challenge: String,
    /// When it is too late.
    pub(crate) ends_at: Timestamp,
}

/// All consents on their way.
pub(crate) struct Consents {
    /// Exchanges the codes; `None` where no broker runs.
    pub(crate) client: Option<TokenClient>,
    pending: Mutex<BTreeMap<[u8; 32], Pending>>,
}

fn hash(text: &str) -> [u8; 32] {
    digest(&SHA256, text.as_bytes())
        .as_ref()
        .try_into()
        .expect("SHA-256 has 32 bytes")
}

/// 256 random bits in 43 characters that need no quoting in a URL.
fn draw(entropy: &Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Consents {
    pub(crate) fn new(client: Option<TokenClient>) -> Consents {
        Consents {
            client,
            pending: Mutex::default(),
        }
    }

    /// Notes that a consent is asked for, under a state of its own.
    pub(crate) fn begin(
        &self,
        credential: CredentialId,
        redirect_uri: String,
        entropy: &Entropy,
    ) -> Asked {
        let (state, verifier) = (draw(entropy), draw(entropy));
        let now = wall_now();
        let asked = Asked {
            challenge: URL_SAFE_NO_PAD.encode(hash(&verifier)),
            ends_at: now + LIFE,
            state,
        };
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, one| one.ends_at > now);
        if pending.len() >= PENDING_MAX
            && let Some(oldest) = pending.iter().min_by_key(|(_, one)| one.ends_at)
        {
            let oldest = *oldest.0;
            pending.remove(&oldest);
        }
        let one = Pending {
            credential,
            redirect_uri,
            verifier: TokenBytes::from(verifier),
            ends_at: asked.ends_at,
        };
        pending.insert(hash(&asked.state), one);
        asked
    }

    /// Takes the consent that this state belongs to; good once, in time.
    pub(crate) fn take(&self, state: &str) -> Option<Pending> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let one = pending.remove(&hash(state))?;
        (one.ends_at > wall_now()).then_some(one)
    }
}
