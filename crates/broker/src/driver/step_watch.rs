//! The wall clock's jumps.

use countersign_host::clock::{Clock, since_boot, wall_now};
use countersign_model::{SignedDuration, Timestamp};

/// Notices when the wall clock jumps (suspension, a correction): more than 2 s against the time since
/// boot (broker rule 2.15). On stepped time there is nothing to notice.
pub(super) struct StepWatch {
    system: bool,
    wall: Timestamp,
    boot: SignedDuration,
}

impl StepWatch {
    /// Starts to watch now.
    pub(super) fn new(clock: &Clock) -> StepWatch {
        StepWatch {
            system: clock.is_system(),
            wall: clock.now(),
            boot: since_boot(),
        }
    }

    /// The next look: once a second on the wall.
    pub(super) fn next(clock: &Clock) -> Option<Timestamp> {
        let second = SignedDuration::from_secs(1);
        clock
            .is_system()
            .then(|| clock.now().checked_add(second).unwrap_or(Timestamp::MAX))
    }

    /// Whether it jumped since the last look.
    pub(super) fn stepped(&mut self) -> bool {
        if !self.system {
            return false;
        }
        let (wall, boot) = (wall_now(), since_boot());
        let apart = wall.duration_since(self.wall) - (boot - self.boot);
        (self.wall, self.boot) = (wall, boot);
        apart.abs() > SignedDuration::from_secs(2)
    }
}
