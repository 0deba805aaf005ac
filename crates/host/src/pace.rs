//! A body that comes too slowly ends: nobody keeps a place by sending a byte now and then.

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How slowly a body may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Longest time that nothing comes; what comes slower than `bytes_per_s_min` uses it up.
    pub silence: Duration,
    /// Bytes that earn one more second.
    pub bytes_per_s_min: u32,
}

impl Pace {
    /// Whom a minute of silence would not surprise, and 1 KiB a second is the least of.
    pub const PATIENT: Pace = Pace {
        silence: Duration::from_secs(60),
        bytes_per_s_min: 1_024,
    };
    /// For small requests, which a client sends at once.
    pub const BRISK: Pace = Pace {
        silence: Duration::from_secs(10),
        bytes_per_s_min: 1_024,
    };
}

/// A body came too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

impl TooSlow {
    /// Whether this is what an error, or one behind it, says.
    #[must_use]
    pub fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let mut link = Some(error);
        while let Some(error) = link {
            if error.is::<TooSlow>() {
                return true;
            }
            link = error.source();
        }
        false
    }
}

/// The same body, which ends with [`TooSlow`] once it is slower than `pace`. Only the time counts in
/// which somebody waits for it: a reader who is slow costs the sender nothing.
pub fn paced(body: Body, pace: Pace) -> Body {
    Body::new(Paced {
        body,
        pace,
        left: pace.silence,
        waiting: None,
    })
}

struct Paced {
    body: Body,
    pace: Pace,
    /// What it may still wait.
    left: Duration,
    /// Since when it waits, and until when it may.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Paced {
    /// Something came, or the end of it.
    fn earn(&mut self, n_bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let n_bytes = u32::try_from(n_bytes).unwrap_or(u32::MAX);
        let rate = f64::from(self.pace.bytes_per_s_min.max(1));
        let earned = Duration::from_secs_f64(f64::from(n_bytes) / rate);
        self.left = self.left.saturating_add(earned).min(self.pace.silence);
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let paced = self.get_mut();
        match Pin::new(&mut paced.body).poll_frame(cx) {
            Poll::Ready(came) => {
                let data = came
                    .as_ref()
                    .and_then(|came| came.as_ref().ok()?.data_ref());
                paced.earn(data.map_or(0, Bytes::len));
                Poll::Ready(came)
            }
            Poll::Pending => {
                let left = paced.left;
                let begin = || (Instant::now(), Box::pin(tokio::time::sleep(left)));
                let (_, until) = paced.waiting.get_or_insert_with(begin);
                let over = until.as_mut().poll(cx);
                over.map(|()| Some(Err(axum::Error::new(TooSlow))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
