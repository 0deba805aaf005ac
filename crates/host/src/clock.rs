//! The one place that knows what time it is, and the only way to wait for a time.
//!
//! [`Clock::system`] is the machine's clock. [`Clock::stepped`] is the demo's and the tests' clock: it
//! runs at a speed of choice and **never passes an instant somebody waits for**: it stands still there
//! until the waiter has done its work and dropped its [`Hold`]. A slow machine therefore makes the
//! demo slower, never different (ADR-0003).

mod stepped;

use countersign_model::{SignedDuration, Timestamp};
use std::sync::Arc;
use stepped::Stepped;

pub use stepped::{ClockControl, Hold};

/// Tells the time and waits for it. Cheap to clone; all clones agree.
#[derive(Clone)]
pub struct Clock(Inner);

#[derive(Clone)]
enum Inner {
    System,
    Stepped(Arc<Stepped>),
}

/// Longest single sleep on the system clock, so that a stepped wall clock is noticed.
const NAP_MAX: std::time::Duration = std::time::Duration::from_secs(1);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Clock {
        Clock(Inner::System)
    }

    /// A clock that starts at `start` and runs `speed` times as fast as the wall; 0 stands still.
    /// It moves only while [`ClockControl::run`] is polled.
    #[must_use]
    pub fn stepped(start: Timestamp, speed: f64) -> (Clock, ClockControl) {
        let stepped = Arc::new(Stepped::new(start, speed));
        (
            Clock(Inner::Stepped(Arc::clone(&stepped))),
            ClockControl::new(stepped),
        )
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Inner::System => wall_now(),
            Inner::Stepped(stepped) => stepped.now(),
        }
    }

    /// How many of this clock's seconds pass in one second of the wall.
    #[must_use]
    pub fn speed(&self) -> f64 {
        match &self.0 {
            Inner::System => 1.0,
            Inner::Stepped(stepped) => stepped.speed(),
        }
    }

    /// Whether this is the machine's own clock.
    #[must_use]
    pub fn is_system(&self) -> bool {
        matches!(self.0, Inner::System)
    }

    /// Waits until `at`; at once if it has passed. A stepped clock stands still at `at` until the
    /// returned [`Hold`] is dropped: keep it for one whole turn of work.
    pub async fn sleep_until(&self, at: Timestamp) -> Hold {
        match &self.0 {
            Inner::System => {
                sleep_on_the_wall(at).await;
                Hold::none()
            }
            Inner::Stepped(stepped) => stepped.rest_until(at, None).await,
        }
    }

    /// Waits until `at` and lets go of `hold` only once the wait is known to the clock, so that a
    /// stepped clock cannot slip past `at` in between. What a loop calls at the end of its turn.
    pub async fn rest_until(&self, at: Timestamp, hold: Hold) -> Hold {
        match &self.0 {
            Inner::System => {
                drop(hold);
                sleep_on_the_wall(at).await;
                Hold::none()
            }
            Inner::Stepped(stepped) => stepped.rest_until(at, Some(hold)).await,
        }
    }

    /// Waits for `span` from now; see [`Clock::sleep_until`].
    pub async fn sleep(&self, span: SignedDuration) -> Hold {
        let at = self.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.sleep_until(at).await
    }

    /// Keeps a stepped clock from moving until the hold is dropped; nothing on the system clock.
    pub fn hold(&self) -> Hold {
        match &self.0 {
            Inner::System => Hold::none(),
            Inner::Stepped(stepped) => stepped.hold(),
        }
    }
}

/// The wall clock: for socket timeouts, sign-in links, sessions and TLS, which live in wall time
/// whatever the demo's clock says (design 4.2, *Time*).
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the system for the time"
)]
pub fn wall_now() -> Timestamp {
    Timestamp::now()
}

/// Time since the machine started, counting suspension; for noticing that the wall clock stepped.
#[must_use]
pub fn since_boot() -> SignedDuration {
    let at = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    SignedDuration::new(at.tv_sec, i32::try_from(at.tv_nsec).unwrap_or(0))
}

/// A monotonic instant, for measuring how long something took on the wall.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the system for the time"
)]
pub fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}

async fn sleep_on_the_wall(at: Timestamp) {
    loop {
        let left = at.duration_since(wall_now());
        let Ok(left) = std::time::Duration::try_from(left) else {
            return;
        };
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(NAP_MAX)).await;
    }
}

#[cfg(test)]
mod tests;
