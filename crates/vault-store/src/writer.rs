//! The writer: one thread, one connection, as many changes in one commit as wait (group commit).

use crate::change::{Applied, Change};
use crate::error::{Doing as _, VaultError};
use crate::held::Held;
use crate::vault::Entropy;
use crate::{audit, table};
use countersign_model::Timestamp;
use countersign_vault::Keyring;
use countersign_vault::audit::Signer;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Commands in one commit at most.
const GROUP_MAX: usize = 256;
/// Commands that wait for the writer at most; further callers wait in turn.
pub(crate) const QUEUE_MAX: usize = 1_024;

/// How much the outbox may hold before the oldest outcomes go (design 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxBound {
    /// Oldest outcome kept, milliseconds.
    pub age_ms_max: u64,
    /// Size of all outcomes, bytes.
    pub bytes_max: u64,
}

impl Default for OutboxBound {
    fn default() -> OutboxBound {
        OutboxBound {
            age_ms_max: 24 * 60 * 60 * 1_000,
            bytes_max: 1 << 30,
        }
    }
}

/// What a change works with, inside its transaction.
pub(crate) struct Ctx<'a> {
    pub(crate) sql: &'a Connection,
    pub(crate) ring: &'a Keyring,
    pub(crate) signer: &'a Signer,
    pub(crate) vault_id: &'a [u8; 16],
    pub(crate) entropy: &'a mut dyn FnMut(&mut [u8]),
    pub(crate) bound: OutboxBound,
    pub(crate) now: Timestamp,
}

/// Changes that belong together, and where to tell the end.
pub(crate) struct Command {
    pub(crate) now: Timestamp,
    pub(crate) changes: Vec<Change>,
    pub(crate) reply: oneshot::Sender<Result<Applied, VaultError>>,
}

/// A command that was applied and waits for the commit.
type Pending = (
    oneshot::Sender<Result<Applied, VaultError>>,
    Result<Applied, VaultError>,
);

/// The writer's parts.
pub(crate) struct Writer {
    pub(crate) sql: Connection,
    pub(crate) ring: Arc<Keyring>,
    pub(crate) signer: Signer,
    pub(crate) vault_id: [u8; 16],
    pub(crate) entropy: Entropy,
    pub(crate) bound: OutboxBound,
    /// Last, so that it is let go after the connection is closed.
    pub(crate) held: Held,
}

impl Writer {
    /// Runs until every sender is gone, then closes the database and lets go of it.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Command>) {
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP_MAX
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
        let Writer { sql, held, .. } = self;
        drop(sql);
        drop(held);
    }

    /// One transaction for the group; a command that fails takes only itself back.
    fn commit(&mut self, group: Vec<Command>) {
        let mut pending: Vec<Pending> = Vec::with_capacity(group.len());
        match self.transact(group, &mut pending) {
            Ok(()) => {
                for (reply, result) in pending {
                    // A caller that has gone away does not need the answer; the change stands.
                    drop(reply.send(result));
                }
            }
            Err(error) => {
                for (reply, result) in pending {
                    drop(reply.send(result.and(Err(error.clone()))));
                }
            }
        }
    }

    fn transact(
        &mut self,
        group: Vec<Command>,
        pending: &mut Vec<Pending>,
    ) -> Result<(), VaultError> {
        let Writer {
            sql,
            ring,
            signer,
            vault_id,
            entropy,
            bound,
            held,
        } = self;
        let begun = held.check().and_then(|()| {
            let begun = sql.transaction_with_behavior(TransactionBehavior::Immediate);
            begun.doing("beginning a transaction")
        });
        let mut group = group.into_iter();
        let mut transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) => return Err(refuse(group, pending, error)),
        };
        while let Some(Command {
            now,
            changes,
            reply,
        }) = group.next()
        {
            let result = transaction
                .savepoint()
                .doing("beginning a change")
                .and_then(|savepoint| {
                    let mut ctx = Ctx {
                        sql: &savepoint,
                        ring,
                        signer,
                        vault_id,
                        entropy: &mut **entropy,
                        bound: *bound,
                        now,
                    };
                    // A savepoint that is dropped takes its changes back.
                    let applied = apply_all(&mut ctx, changes)?;
                    savepoint.commit().doing("ending a change")?;
                    Ok(applied)
                });
            let failed = result.as_ref().err().cloned();
            pending.push((reply, result));
            if let Some(error) = failed
                && transaction.is_autocommit()
            {
                // A full disk makes SQLite take back all of it: what went on now would stand alone.
                return Err(refuse(group, pending, error));
            }
        }
        transaction.commit().doing("committing")?;
        held.check()
    }
}

/// None of these was tried: each will hear the error that the transaction ends with.
fn refuse(
    group: impl Iterator<Item = Command>,
    pending: &mut Vec<Pending>,
    error: VaultError,
) -> VaultError {
    pending.extend(group.map(|it| (it.reply, Ok(Applied::default()))));
    error
}

/// Applies changes in their order, then signs a checkpoint of the audit chain if one is due.
pub(crate) fn apply_all(ctx: &mut Ctx<'_>, changes: Vec<Change>) -> Result<Applied, VaultError> {
    // A1: the façade refuses this; whatever comes here around it is our bug.
    let audited = changes
        .iter()
        .any(|change| matches!(change, Change::Audit(_)));
    assert!(
        audited || !changes.iter().any(Change::is_of_state),
        "A1: a change without its record"
    );
    let mut applied = Applied::default();
    for change in changes {
        apply(ctx, change, &mut applied)?;
    }
    if audited && applied.checkpoint.is_none() {
        applied.checkpoint = audit::sign_if_due(ctx)?;
    }
    Ok(applied)
}

fn apply(ctx: &mut Ctx<'_>, change: Change, applied: &mut Applied) -> Result<(), VaultError> {
    match change {
        Change::EstatePut { json } => table::estate::put(ctx, &json),
        Change::SecretPut {
            credential,
            bu,
            secret,
            role,
        } => {
            let version = table::secret::put(ctx, &credential, &bu, &secret, role)?;
            applied.secret_versions.push(version);
            Ok(())
        }
        Change::SecretRole {
            credential,
            version,
            role,
        } => table::secret::turn(ctx, &credential, version, role),
        Change::RecordPut { credential, json } => table::credential::put(ctx, &credential, &json),
        Change::CredentialTurn {
            credential,
            disabled,
        } => table::credential::turn(ctx, &credential, disabled),
        Change::CredentialForget { credential } => table::credential::forget(ctx, &credential),
        Change::SlotPut {
            slot,
            credential,
            bu,
            facts,
            token,
        } => table::slot::put(ctx, (&slot, &credential, &bu), &facts, &token),
        Change::SlotDrop { slot } => table::slot::clear(ctx, &slot),
        Change::GrantPut {
            credential,
            bu,
            token,
        } => table::grant::put(ctx, &credential, &bu, &token),
        Change::GrantArm {
            credential,
            attempt,
            generation,
        } => table::grant::arm(ctx, &credential, &attempt, generation),
        Change::GrantRotate {
            credential,
            bu,
            attempt,
            token,
        } => {
            let orphaned = table::grant::rotate(ctx, (&credential, &bu), &attempt, token.as_ref())?;
            applied.grants_orphaned += usize::from(orphaned);
            Ok(())
        }
        Change::GrantEnd {
            credential,
            attempt,
            stands,
        } => table::grant::end(ctx, &credential, attempt.as_deref(), stands),
        Change::ConsumerAdd(row) => table::consumer::add(ctx, &row),
        Change::ConsumerRevoke { id } => {
            applied.consumers_revoked += table::consumer::revoke(ctx, &id)?;
            Ok(())
        }
        Change::Outcomes(outcomes) => {
            applied.outbox_dropped += table::outbox::append(ctx, &outcomes)?;
            Ok(())
        }
        Change::OutboxAck { up_to_seq } => table::outbox::ack(ctx, up_to_seq),
        Change::Audit(entry) => audit::append(ctx, entry),
        Change::Checkpoint => {
            applied.checkpoint = Some(audit::sign(ctx)?);
            Ok(())
        }
    }
}
