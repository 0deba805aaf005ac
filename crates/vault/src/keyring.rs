//! The key ring: what a master key opens.
//!
//! A master key encrypts nothing: HKDF-SHA256 makes a wrapping key of it, and that wraps the keys of
//! business units and of the vault itself. Several master keys may be present at once; each wrap
//! names the one it needs.

use crate::Entropy;
use crate::envelope::{KeyId, NamedKey, OpenError, Place, Sealed};
use countersign_model::id::{BuId, CredentialId};
use countersign_seal::Key;
use countersign_secret::{MasterKey, TokenBytes};
use ring::{hkdf, hmac};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Salt of the derivation, so that the same key used elsewhere gives other keys.
const SALT: &[u8] = b"countersign vault 1";
/// What the sentinel says.
const SENTINEL: &[u8] = b"countersign";
/// Bytes of a token's keyed fingerprint, before hex (broker rule 2.14).
const FINGERPRINT_BYTES: usize = 8;

/// The wrapping keys of every master key that was supplied.
pub struct WrapKeys {
    keys: BTreeMap<KeyId, NamedKey>,
    active: KeyId,
}

impl WrapKeys {
    /// Derives the wrapping keys. `active` wraps what is new; `also` opens what is old.
    #[must_use]
    pub fn new(active: &MasterKey, also: &[&MasterKey]) -> WrapKeys {
        let active = derive(active);
        let (id, mut keys) = (active.id, BTreeMap::new());
        keys.insert(id, active);
        keys.extend(
            also.iter()
                .map(|master| derive(master))
                .map(|key| (key.id, key)),
        );
        WrapKeys { keys, active: id }
    }

    /// Name of the master key that wraps what is new. Derived from it, so the same in every process.
    #[must_use]
    pub fn active_id(&self) -> KeyId {
        self.active
    }

    fn active(&self) -> &NamedKey {
        self.keys
            .get(&self.active)
            .expect("the active key was put in when the ring was made")
    }

    fn find(&self, id: KeyId) -> Result<&NamedKey, OpenError> {
        self.keys.get(&id).ok_or(OpenError::OtherKey { wanted: id })
    }

    /// Makes the proof that the active master key belongs to the vault.
    #[must_use]
    pub fn sentinel(&self, vault: &[u8; 16], entropy: Entropy<'_>) -> Sealed {
        let place = Place::Sentinel { vault };
        Sealed::new(self.active(), place, SENTINEL, entropy).expect("the sentinel is short")
    }

    /// Checks a master key's proof.
    ///
    /// # Errors
    /// [`OpenError::OtherKey`] if no supplied master key made it; [`OpenError::Mismatch`] if it was
    /// changed or belongs to another vault.
    pub fn check_sentinel(&self, vault: &[u8; 16], sealed: &Sealed) -> Result<(), OpenError> {
        let opened = sealed.open(self.find(sealed.key)?, Place::Sentinel { vault })?;
        if opened.as_bytes() == SENTINEL {
            Ok(())
        } else {
            Err(OpenError::Mismatch)
        }
    }

    fn wrap(&self, place: Place<'_>, key: &NamedKey, entropy: Entropy<'_>) -> Sealed {
        Sealed::wrap(self.active(), place, key, entropy)
    }

    fn unwrap_key(&self, place: Place<'_>, sealed: &Sealed) -> Result<NamedKey, OpenError> {
        sealed.unwrap_key(self.find(sealed.key)?, place)
    }
}

fn derive(master: &MasterKey) -> NamedKey {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT);
    let prk = master.expose(|bytes| salt.extract(bytes));
    let (mut id, mut key) = ([0; 8], Zeroizing::new([0; 32]));
    fill(&prk, b"id", &mut id);
    fill(&prk, b"wrap", key.as_mut_slice());
    NamedKey {
        id: KeyId(id),
        key: Key::new(*key),
    }
}

/// A length that ring's HKDF understands.
struct Bytes(usize);
impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn fill(prk: &hkdf::Prk, info: &[u8], out: &mut [u8]) {
    let info = [info];
    let okm = prk
        .expand(&info, Bytes(out.len()))
        .expect("far below HKDF's limit");
    okm.fill(out).expect("asked for exactly this length");
}

/// A key of the vault itself: random, not derived, so that it survives a change of the master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemKey {
    /// Keys the fingerprints of tokens.
    Fingerprint,
    /// Keys the look-up of consumers.
    ConsumerLookup,
    /// Keys the jitter of renewals.
    Jitter,
    /// Seed of the Ed25519 key that signs audit checkpoints.
    AuditSigning,
}

impl SystemKey {
    /// All of them.
    pub const ALL: [SystemKey; 4] = [
        SystemKey::Fingerprint,
        SystemKey::ConsumerLookup,
        SystemKey::Jitter,
        SystemKey::AuditSigning,
    ];

    /// Its name in the store; bound into its wrap.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SystemKey::Fingerprint => "fingerprint",
            SystemKey::ConsumerLookup => "consumer_lookup",
            SystemKey::Jitter => "jitter",
            SystemKey::AuditSigning => "audit_signing",
        }
    }
}

/// The keys of the vault itself, opened.
pub struct SystemKeys {
    fingerprint: hmac::Key,
    lookup_hmac: hmac::Key,
    lookup: NamedKey,
    jitter: NamedKey,
    audit_signing: NamedKey,
}

impl SystemKeys {
    /// Keyed fingerprint of a token: 16 hex digits that tell tokens apart and reveal nothing.
    #[must_use]
    pub fn fingerprint(&self, token: &TokenBytes) -> String {
        let tag = token.expose(|bytes| hmac::sign(&self.fingerprint, bytes));
        data_encoding::HEXLOWER.encode(&tag.as_ref()[..FINGERPRINT_BYTES])
    }

    /// Keyed digest of a refresh token: tells whether two are the same, and reveals nothing. Another
    /// message than a fingerprint's, so that neither can be taken for the other.
    #[must_use]
    pub fn refresh_digest(&self, token: &TokenBytes) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.fingerprint);
        context.update(b"refresh token\0");
        token.expose(|bytes| context.update(bytes));
        let tag = context.sign();
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// The HMAC under which a consumer's key is looked up.
    #[must_use]
    pub fn consumer_lookup(&self, key: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.lookup_hmac, key);
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    /// Key of the HMAC under which consumer keys are looked up.
    #[must_use]
    pub fn lookup_key(&self) -> &[u8; 32] {
        self.lookup.key.as_bytes()
    }

    /// Key of the jitter of renewals.
    #[must_use]
    pub fn jitter_key(&self) -> &[u8; 32] {
        self.jitter.key.as_bytes()
    }

    /// Signs audit checkpoints.
    #[must_use]
    pub fn signer(&self) -> crate::audit::Signer {
        crate::audit::Signer::from_seed(self.audit_signing.key.as_bytes())
    }
}

/// Master keys and the vault's own keys: all that a running vault keeps in memory. Keys of business
/// units and credentials are opened where they are used and wiped again.
pub struct Keyring {
    wraps: WrapKeys,
    /// The vault's own keys.
    pub system: SystemKeys,
}

impl Keyring {
    /// Draws the vault's own keys, and returns each wrapped, to be stored under its name.
    #[must_use]
    pub fn draw_system_keys(wraps: &WrapKeys, entropy: Entropy<'_>) -> Vec<(SystemKey, Sealed)> {
        let mut wrapped = Vec::with_capacity(SystemKey::ALL.len());
        for kind in SystemKey::ALL {
            let key = NamedKey::draw(entropy);
            let place = Place::SystemKey { name: kind.name() };
            wrapped.push((kind, wraps.wrap(place, &key, entropy)));
        }
        wrapped
    }

    /// Opens the vault's own keys; `find` returns the stored wrap of each.
    ///
    /// # Errors
    /// The key that failed, and why.
    pub fn open<E: From<OpenError>>(
        wraps: WrapKeys,
        mut find: impl FnMut(SystemKey) -> Result<Sealed, E>,
    ) -> Result<Keyring, E> {
        let mut opened = |kind: SystemKey| -> Result<NamedKey, E> {
            let place = Place::SystemKey { name: kind.name() };
            Ok(wraps.unwrap_key(place, &find(kind)?)?)
        };
        let fingerprint = opened(SystemKey::Fingerprint)?;
        let lookup = opened(SystemKey::ConsumerLookup)?;
        let system = SystemKeys {
            lookup_hmac: hmac::Key::new(hmac::HMAC_SHA256, lookup.key.as_bytes()),
            fingerprint: hmac::Key::new(hmac::HMAC_SHA256, fingerprint.key.as_bytes()),
            lookup,
            jitter: opened(SystemKey::Jitter)?,
            audit_signing: opened(SystemKey::AuditSigning)?,
        };
        Ok(Keyring { wraps, system })
    }

    /// Draws the key of a business unit, and wraps it under the active master key.
    #[must_use]
    pub fn draw_bu_key(&self, bu: &BuId, entropy: Entropy<'_>) -> (NamedKey, Sealed) {
        let key = NamedKey::draw(entropy);
        let sealed = self.wraps.wrap(Place::BuKey { bu }, &key, entropy);
        (key, sealed)
    }

    /// Opens the key of a business unit.
    ///
    /// # Errors
    /// [`OpenError`] if it belongs to another business unit or master key, or was changed.
    pub fn open_bu_key(&self, bu: &BuId, sealed: &Sealed) -> Result<NamedKey, OpenError> {
        self.wraps.unwrap_key(Place::BuKey { bu }, sealed)
    }

    /// Draws the key of a credential (R074: each has its own), and wraps it under its owner's key.
    #[must_use]
    pub fn draw_credential_key(
        bu_key: &NamedKey,
        bu: &BuId,
        credential: &CredentialId,
        entropy: Entropy<'_>,
    ) -> (NamedKey, Sealed) {
        let key = NamedKey::draw(entropy);
        let place = Place::CredentialKey { bu, credential };
        let sealed = Sealed::wrap(bu_key, place, &key, entropy);
        (key, sealed)
    }

    /// Opens the key of a credential.
    ///
    /// # Errors
    /// [`OpenError`] if it belongs to another credential or owner, or was changed.
    pub fn open_credential_key(
        bu_key: &NamedKey,
        bu: &BuId,
        credential: &CredentialId,
        sealed: &Sealed,
    ) -> Result<NamedKey, OpenError> {
        sealed.unwrap_key(bu_key, Place::CredentialKey { bu, credential })
    }
}

#[cfg(test)]
mod tests;
