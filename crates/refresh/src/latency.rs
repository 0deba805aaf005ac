//! A small running estimate of a host's slow answers.

/// Answers kept: the 99th percentile of 100 is the second slowest.
const KEPT: usize = 100;

/// The last answer times of one host, milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    kept: Vec<u64>,
    next: usize,
}

impl Latency {
    /// Notes one answer, or one that was given up.
    pub(crate) fn note(&mut self, ms: u64) {
        if self.kept.len() < KEPT {
            self.kept.push(ms);
        } else {
            self.kept[self.next] = ms;
            self.next = (self.next + 1) % KEPT;
        }
    }

    /// 99th percentile of the answers kept; one slow answer among many does not move it, and below
    /// ten answers it is 0, for then it would be the slowest.
    pub(crate) fn p99_ms(&self) -> u64 {
        if self.kept.len() < 10 {
            return 0;
        }
        let (mut first, mut second) = (0, 0);
        for ms in &self.kept {
            if *ms > first {
                second = first;
                first = *ms;
            } else if *ms > second {
                second = *ms;
            }
        }
        second
    }
}

#[cfg(test)]
mod tests;
