//! Consumers and their keys. A key is shown once; only its HMAC is kept.

use super::{Admin, AdminError};
use crate::consumer::Consumer;
use crate::specs;
use countersign_model::Timestamp;
use countersign_model::estate::VendMode;
use countersign_model::id::{ConsumerId, IntegrationId};
use data_encoding::BASE64URL_NOPAD;
use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

/// What a new consumer is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConsumer {
    /// Its id; default: the integration's, with a number.
    #[serde(default)]
    pub id: Option<ConsumerId>,
    /// The integration it belongs to.
    pub integration: IntegrationId,
    /// Further MIDs it may name.
    #[serde(default)]
    pub mids: Vec<u64>,
    /// Scopes it is limited to; empty: all of the slot.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Least life of a token it is handed, seconds.
    #[serde(default)]
    pub min_ttl_s: u64,
    /// When its key ends; default: a year from now.
    #[serde(default, deserialize_with = "time")]
    pub ends_at: Option<Timestamp>,
    /// Addresses it may call from; empty: any.
    #[serde(default, deserialize_with = "networks")]
    pub sources: Vec<IpNet>,
    /// What it is handed; default: the integration's.
    #[serde(default)]
    pub vend: Option<VendMode>,
    /// Through the gateway it only reads, and sees no contacts.
    #[serde(default)]
    pub read_only: bool,
    /// The gateway sends a refused write once more with another token; default: yes.
    #[serde(default)]
    pub resends_writes: Option<bool>,
}

/// The parsers of these types quote what they were given; a fault says what to write instead.
fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let wrong = |_| D::Error::custom("write a time, as in 2027-01-31T00:00:00Z");
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let wrong = |_| D::Error::custom("write networks, as in 10.0.0.0/8 or 2001:db8::/32");
    texts
        .iter()
        .map(|text| text.parse().map_err(wrong))
        .collect()
}

/// A new consumer with its key, shown once.
pub struct Shown {
    /// The consumer.
    pub consumer: Consumer,
    /// Its key: what it sends as `client_secret`.
    pub key: Zeroizing<String>,
}

/// A key ends after this many days unless told otherwise.
const KEY_DAYS: i64 = 365;
/// Longest `min_ttl_s` that makes sense: 90 % of a legacy token's hour.
const MIN_TTL_S_MAX: u64 = 3_240;

impl Admin {
    /// Adds a consumer and makes its key.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], [`AdminError::Observed`], [`AdminError::NoSlot`] if no token of its
    /// credential could ever be handed out, [`AdminError::Field`].
    pub async fn consumer_add(&self, new: NewConsumer, actor: &str) -> Result<Shown, AdminError> {
        let consumer = self.consumer_of(new).await?;
        let key = Zeroizing::new(BASE64URL_NOPAD.encode(&self.entropy.bytes_32()));
        let lookup = self.registry.lookup(key.as_bytes());
        self.books
            .consumer_put(lookup, &consumer, actor, self.now())
            .await?;
        self.registry.put(lookup, consumer.clone());
        Ok(Shown { consumer, key })
    }

    async fn consumer_of(&self, new: NewConsumer) -> Result<Consumer, AdminError> {
        let wrong = |field, why: String| Err(AdminError::Field { field, why });
        let estate = self.estate().await?;
        let unknown = || AdminError::Unknown {
            kind: "integration",
            id: new.integration.to_string(),
        };
        let integration = estate.integration(&new.integration).ok_or_else(unknown)?;
        let credential = estate
            .credential(&integration.credential)
            .ok_or_else(unknown)?;
        if !crate::vend::is_brokered(&estate, &credential.id) {
            let owner = integration.owner.clone();
            return Err(AdminError::Observed {
                credential: credential.id.clone(),
                owner,
            });
        }
        if !specs::can_have_slot(&estate, &credential.id) {
            return Err(AdminError::NoSlot {
                credential: credential.id.clone(),
            });
        }
        let default_mid = estate.mid_of(integration).ok_or_else(unknown)?;
        if let Some(mid) = new
            .mids
            .iter()
            .find(|mid| **mid != default_mid && !credential.mids.contains(mid))
        {
            return wrong(
                "mids",
                format!("{mid} is not enabled for {}", credential.id),
            );
        }
        if let Some(scope) = new
            .scopes
            .iter()
            .find(|scope| !credential.scopes.contains(scope))
        {
            return wrong("scopes", format!("{} does not hold {scope}", credential.id));
        }
        if new.min_ttl_s > MIN_TTL_S_MAX {
            return wrong("min_ttl_s", format!("at most {MIN_TTL_S_MAX} seconds"));
        }
        let vend = match (new.vend, new.read_only) {
            (Some(VendMode::Direct), true) => {
                let why = "read-only is kept by the gateway: leave it out, or take vend gateway";
                return wrong("read_only", why.to_owned());
            }
            (None, true) => VendMode::Gateway,
            (asked, _) => asked.unwrap_or_else(|| integration.vend_mode()),
        };
        let now = self.now();
        let ends_at = new.ends_at.or_else(|| {
            now.checked_add(countersign_model::SignedDuration::from_hours(24 * KEY_DAYS))
                .ok()
        });
        if ends_at.is_some_and(|ends| ends <= now) {
            return wrong("ends_at", "it has passed already".to_owned());
        }
        let known = self.books.consumers().await?;
        let taken = |id: &ConsumerId| known.iter().any(|(_, consumer)| consumer.id == *id);
        let id = match new.id {
            Some(id) if taken(&id) => return wrong("id", format!("{id} is taken")),
            Some(id) => id,
            None => (1..)
                .filter_map(|n| ConsumerId::new(format!("{}-client-{n}", integration.id)).ok())
                .find(|id| !taken(id))
                .ok_or_else(unknown)?,
        };
        Ok(Consumer {
            id,
            integration: integration.id.clone(),
            credential: credential.id.clone(),
            default_mid,
            mids: new.mids,
            scopes: new.scopes,
            min_ttl_s: new.min_ttl_s,
            ends_at,
            sources: new.sources,
            vend,
            read_only: new.read_only,
            resends_writes: new.resends_writes.unwrap_or(true),
        })
    }

    /// All consumers, without their keys.
    ///
    /// # Errors
    /// [`AdminError::Books`].
    pub async fn consumers(&self) -> Result<Vec<Consumer>, AdminError> {
        let known = self.books.consumers().await?;
        Ok(known.into_iter().map(|(_, consumer)| consumer).collect())
    }

    /// Revokes a consumer's key, at once.
    ///
    /// # Errors
    /// [`AdminError::Unknown`], [`AdminError::Books`].
    pub async fn consumer_revoke(&self, id: &ConsumerId, actor: &str) -> Result<(), AdminError> {
        if !self.books.consumer_revoke(id, actor, self.now()).await? {
            return Err(AdminError::Unknown {
                kind: "consumer",
                id: id.to_string(),
            });
        }
        self.registry.remove(id);
        Ok(())
    }
}
