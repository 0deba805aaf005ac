//! The broker's own records in `vault.db`: secrets, tokens, consumers, the estate, the outbox and the
//! audit chain.
//!
//! Floor 3, sealed wing. Start at [`Vault`]. One writer thread takes queued changes and commits as
//! many of them at once as wait (group commit, `synchronous=FULL`); reads have connections of their
//! own. A state change and its audit record are one transaction (A1); what is stored sealed opens
//! only in its own row and version (V2). Nothing here is on the path of a vend.

mod audit;
mod change;
mod error;
mod folder;
mod grant;
mod held;
mod keys;
mod reader;
mod row;
mod schema;
mod spool;
mod table;
mod vault;
mod writer;

pub use audit::SEARCHED_MAX;
pub use change::{Applied, AuditEntry, Change, ConsumerRow, SecretRole};
pub use countersign_vault::audit::{Checkpoint, Ending, Fault, Record, SignedCheckpoint, Verdict};
pub use error::{RowFault, VaultError};
pub use grant::{GrantOpened, GrantStands, SpoolKey, StoredGrant};
pub use row::{
    OutboxStatus, SecretVersion, StoredCredential, StoredSlot, StoredSlots, UnreadableSlot,
};
pub use spool::{SpoolFile, SpoolFound, Spooled};
pub use vault::{Entropy, Vault};
pub use writer::OutboxBound;
