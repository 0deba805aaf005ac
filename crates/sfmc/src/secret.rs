//! A package's secrets: the active one, a staged one, and when each is accepted.

use crate::setup::Package;
use crate::switch::Switches;
use jiff::{SignedDuration, Timestamp};

/// Why a secret could not be generated or activated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No such package.
    #[error("there is no package {id:?}")]
    Package {
        /// The id given.
        id: String,
    },
    /// At most one a span.
    #[error("a secret was generated less than {wait_s} s ago")]
    TooSoon {
        /// The span, seconds.
        wait_s: u32,
    },
    /// Nothing to activate.
    #[error("no secret is staged")]
    NothingStaged,
}

#[derive(Clone)]
pub(crate) struct Secret {
    text: String,
    made: Option<Timestamp>,
    accepted_from: Timestamp,
    ends: Option<Timestamp>,
}

/// The secrets of one package.
#[derive(Clone)]
pub(crate) struct Secrets {
    label: String,
    active: Option<Secret>,
    staged: Option<Secret>,
    made: u64,
    last_generated: Option<Timestamp>,
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

impl Secrets {
    pub(crate) fn new(package: &Package, switches: &Switches) -> Secrets {
        let secret = |given: &crate::setup::SecretSetup| Secret {
            text: given.text.clone(),
            made: given.made,
            accepted_from: Timestamp::MIN,
            ends: given
                .made
                .map(|made| later(made, i64::from(switches.secret_days) * 86_400)),
        };
        Secrets {
            label: package.label.clone(),
            active: package.secrets.first().map(secret),
            staged: package.secrets.get(1).map(secret),
            made: package.secrets.len() as u64,
            last_generated: None,
        }
    }

    /// Whether `given` is accepted now; secrets made before `dead_before` are not.
    pub(crate) fn accept(
        &self,
        given: &str,
        now: Timestamp,
        dead_before: Option<Timestamp>,
    ) -> bool {
        [&self.active, &self.staged]
            .into_iter()
            .flatten()
            .any(|secret| {
                let dead = dead_before.is_some_and(|at| secret.made.is_none_or(|made| made < at));
                secret.text == given
                    && now >= secret.accepted_from
                    && secret.ends.is_none_or(|ends| now < ends)
                    && !dead
            })
    }

    /// Stages a new one in place of any staged before.
    pub(crate) fn generate(
        &mut self,
        now: Timestamp,
        switches: &Switches,
    ) -> Result<String, SecretError> {
        let wait_s = switches.staged_after;
        let free = self.last_generated.map(|at| later(at, i64::from(wait_s)));
        if free.is_some_and(|free| now < free) {
            return Err(SecretError::TooSoon { wait_s });
        }
        self.last_generated = Some(now);
        self.made += 1;
        let text = format!("sim-secret-{}-{}", self.label, self.made);
        self.staged = Some(Secret {
            text: text.clone(),
            made: Some(now),
            accepted_from: later(now, i64::from(wait_s)),
            ends: Some(later(now, i64::from(switches.secret_days) * 86_400)),
        });
        Ok(text)
    }

    /// The staged one becomes the active one; the one before is dead at once.
    pub(crate) fn activate(&mut self) -> Result<(), SecretError> {
        let mut staged = self.staged.take().ok_or(SecretError::NothingStaged)?;
        staged.accepted_from = Timestamp::MIN;
        self.active = Some(staged);
        Ok(())
    }

    /// Puts a new one in place that is accepted at once: what a stranger's rotation leaves behind.
    /// That the old one is dead is the fault's to say, so that mending brings it back.
    pub(crate) fn rotate_by_stranger(&mut self, now: Timestamp, switches: &Switches) {
        self.last_generated = None;
        let made = self.generate(now, switches).is_ok();
        if let Some(staged) = self.staged.as_mut().filter(|_| made) {
            staged.accepted_from = Timestamp::MIN;
        }
    }

    /// The active and the staged secret, for the control: a simulator's, so not secret.
    pub(crate) fn texts(&self) -> (Option<&str>, Option<&str>) {
        (
            self.active.as_ref().map(|one| one.text.as_str()),
            self.staged.as_ref().map(|one| one.text.as_str()),
        )
    }
}
