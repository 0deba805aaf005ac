//! Somebody else's client of an observed credential: it mints when its token ends, and no sooner.

use super::wire::{Brought, Client, Wire};
use countersign_model::estate::{CredentialKind, Estate};
use countersign_model::id::CredentialId;
use countersign_model::mint::{MintResult, NetCause};
use countersign_model::{SignedDuration, Timestamp};

/// It mints so long before the end its token was given.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);
/// Life it assumes where the answer tells none.
const LIFE_UNTOLD_S: u64 = 3_600;

/// The client.
#[derive(Debug, Clone)]
pub(crate) struct OwnClient {
    kind: CredentialKind,
    label: CredentialId,
    client_id: String,
    secret: String,
    refresh_token: Option<String>,
    mid: Option<u64>,
    token: Option<(String, Timestamp)>,
}

/// A token request of its own, as its log tells.
pub(crate) struct Minted {
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) expires_in: Option<u64>,
    pub(crate) latency_ms: u64,
}

impl OwnClient {
    /// The client of a credential that has tokens; `None` for keys and certificates.
    pub(crate) fn new(estate: &Estate, id: &CredentialId) -> Option<OwnClient> {
        let credential = estate.credential(id)?;
        credential.kind.grant()?;
        let unit = estate.business_unit(&credential.bu)?;
        let in_sfmc = matches!(
            credential.kind,
            CredentialKind::S2sV2 | CredentialKind::WebappV2
        );
        let consented = matches!(
            credential.kind,
            CredentialKind::WebappV2 | CredentialKind::CrmOauth
        );
        let client_id = credential.client_id.clone();
        Some(OwnClient {
            kind: credential.kind,
            label: id.clone(),
            client_id: client_id.unwrap_or_else(|| format!("sim-client-{id}")),
            secret: crate::setup::first_secret(id),
            refresh_token: consented.then(|| crate::setup::first_refresh_token(id)),
            mid: in_sfmc.then_some(unit.mid),
            token: None,
        })
    }

    /// Its token, if it has not ended; the provider may know better.
    pub(crate) fn token(&self, now: Timestamp) -> Option<&str> {
        let (text, ends_at) = self.token.as_ref()?;
        (*ends_at > now).then_some(text.as_str())
    }

    /// Whether it would mint before its next call.
    pub(crate) fn wants_token(&self, now: Timestamp) -> bool {
        self.token
            .as_ref()
            .is_none_or(|(_, ends_at)| *ends_at - MARGIN <= now)
    }

    /// Asks for a token.
    pub(crate) fn mint(&mut self, now: Timestamp, wire: &mut Wire) -> Minted {
        let client = Client {
            kind: self.kind,
            label: self.label.as_str(),
            client_id: &self.client_id,
            secret: &self.secret,
            refresh_token: self.refresh_token.as_deref(),
            mid: self.mid,
        };
        let brought = wire.mint(now, &client);
        let minted = minted(&brought);
        if let Some(next) = brought.refresh_token {
            self.refresh_token = Some(next);
        }
        if let Some(text) = brought.access_token {
            let life = minted.expires_in.unwrap_or(LIFE_UNTOLD_S);
            let life = SignedDuration::from_secs(i64::try_from(life).unwrap_or(0));
            self.token = Some((text, now + life));
        }
        minted
    }
}

fn minted(brought: &Brought) -> Minted {
    let (status, code, expires_in) = match &brought.result {
        MintResult::Issued { expires_in_s, .. } => (Some(200), None, *expires_in_s),
        MintResult::Refused {
            status,
            error,
            errorcode,
            ..
        } => {
            let code = error
                .clone()
                .or_else(|| errorcode.map(|code| code.to_string()));
            (Some(*status), code, None)
        }
        MintResult::Unreadable { status, .. } => {
            (Some(*status), Some("malformed".to_owned()), None)
        }
        MintResult::NoAnswer { cause, .. } => {
            let code = match cause {
                NetCause::Timeout => "timeout",
                _ => "connect_failed",
            };
            (None, Some(code.to_owned()), None)
        }
    };
    Minted {
        status,
        code,
        expires_in,
        latency_ms: brought.latency_ms,
    }
}
