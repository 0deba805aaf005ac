//! Two secrets at a time: one active, one staged, as an admin moves them (documented since 2026).

use jiff::{SignedDuration, Timestamp};

/// A secret of a package.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Its text, unmistakably a simulator's.
    pub text: String,
    /// When it was generated; `None`: before the platform began, and it has no end.
    pub made_at: Option<Timestamp>,
}

impl std::fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientSecret")
            .field("made_at", &self.made_at)
            .finish_non_exhaustive()
    }
}

/// What part a secret plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// In use.
    Active,
    /// Generated and not yet activated.
    Staged,
}

impl Role {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Active => "active",
            Role::Staged => "staged",
        }
    }
}

/// Why a secret could not be generated or activated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// No such package.
    #[error("there is no package {label:?}")]
    NoPackage {
        /// What was named.
        label: String,
    },
    /// At most one every so often.
    #[error("only one every {every_s} s: wait {wait_s} s")]
    TooSoon {
        /// Least span between two, seconds.
        every_s: u64,
        /// The wait, seconds.
        wait_s: u64,
    },
    /// Nothing to activate.
    #[error("there is no staged secret: generate one first")]
    NothingStaged,
}

/// The secrets of a package.
#[derive(Debug, Clone)]
pub struct Secrets {
    active: ClientSecret,
    staged: Option<ClientSecret>,
    n_made: u32,
    generated_at: Option<Timestamp>,
    activated_at: Option<Timestamp>,
}

impl Secrets {
    /// One active secret, made at `made_at`.
    #[must_use]
    pub fn new(text: String, made_at: Option<Timestamp>) -> Secrets {
        let active = ClientSecret { text, made_at };
        Secrets {
            active,
            staged: None,
            n_made: 1,
            generated_at: None,
            activated_at: None,
        }
    }

    /// Every secret there is, the active one first.
    pub fn all(&self) -> impl Iterator<Item = (Role, &ClientSecret)> {
        let staged = self.staged.as_ref().map(|secret| (Role::Staged, secret));
        std::iter::once((Role::Active, &self.active)).chain(staged)
    }

    /// The secret with that text.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<(Role, &ClientSecret)> {
        self.all().find(|(_, secret)| secret.text == text)
    }

    /// Stages a new secret; a staged one that was not activated is replaced. Its text.
    ///
    /// # Errors
    /// [`RotationError::TooSoon`] within `every_s` of the last one.
    pub fn generate(
        &mut self,
        now: Timestamp,
        label: &str,
        every_s: u64,
    ) -> Result<String, RotationError> {
        rested(now, self.generated_at, every_s)?;
        self.n_made += 1;
        self.generated_at = Some(now);
        let text = format!("sim-secret-{label}-{}", self.n_made);
        self.staged = Some(ClientSecret {
            text: text.clone(),
            made_at: Some(now),
        });
        Ok(text)
    }

    /// Makes the staged secret the active one; the old one is dead at once.
    ///
    /// # Errors
    /// [`RotationError::NothingStaged`], or [`RotationError::TooSoon`] within `every_s` of the last.
    pub fn activate(&mut self, now: Timestamp, every_s: u64) -> Result<(), RotationError> {
        if self.staged.is_none() {
            return Err(RotationError::NothingStaged);
        }
        rested(now, self.activated_at, every_s)?;
        self.active = self.staged.take().ok_or(RotationError::NothingStaged)?;
        self.activated_at = Some(now);
        Ok(())
    }
}

/// Whether `every_s` have passed since `last`.
fn rested(now: Timestamp, last: Option<Timestamp>, every_s: u64) -> Result<(), RotationError> {
    let every = super::seconds(every_s);
    let Some(left) = last.map(|at| every - now.duration_since(at)) else {
        return Ok(());
    };
    if left <= SignedDuration::ZERO {
        return Ok(());
    }
    let wait_s = u64::try_from(left.as_secs()).unwrap_or(0).max(1);
    Err(RotationError::TooSoon { every_s, wait_s })
}
