//! Will the job outlive the one token it gets? Pure.

/// What is to be expected of a job that cannot ask for another token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forecast {
    /// It ends before the token does.
    Fits,
    /// Nobody has said how long it runs.
    Unknown,
    /// The token ends in its midst.
    Outlives {
        /// How long it usually runs, seconds.
        usual_s: u64,
    },
}

/// What helps.
pub(super) const FIX: &str = "Let it ask COUNTERSIGN_TOKEN_URL for a token whenever it needs one, which \
     needs no --env-token; or say --anyway.";

/// Compares how long the job usually runs with what is left of its token, both in seconds.
pub(super) fn judge(usual_s: Option<u64>, left_s: u64) -> Forecast {
    match usual_s {
        None => Forecast::Unknown,
        Some(usual_s) if usual_s > left_s => Forecast::Outlives { usual_s },
        Some(_) => Forecast::Fits,
    }
}

/// The words for a job that will outlive its token.
pub(super) fn outlives(who: &str, usual_s: u64, left_s: u64) -> String {
    format!(
        "{who} has one token, which ends in {}; it usually runs {}, so calls in its last {} would be \
         refused.",
        span(left_s),
        span(usual_s),
        span(usual_s.saturating_sub(left_s))
    )
}

/// The words for one of which nobody knows.
pub(super) fn unknown(who: &str, left_s: u64) -> String {
    format!(
        "{who} has one token, which ends in {}; how long it runs is not in the estate \
         (schedule.usual_min)",
        span(left_s)
    )
}

fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::{Forecast, judge, outlives, unknown};

    #[test]
    fn a_job_is_compared_with_what_is_left_of_its_token() {
        assert_eq!(judge(None, 1_079), Forecast::Unknown);
        assert_eq!(judge(Some(600), 1_079), Forecast::Fits);
        assert_eq!(judge(Some(1_079), 1_079), Forecast::Fits);
        let outlives = Forecast::Outlives { usual_s: 2_040 };
        assert_eq!(judge(Some(2_040), 1_079), outlives);
    }

    #[test]
    fn the_words_say_what_ends_when() {
        let words = outlives("the job", 2_040, 1_079);
        assert!(words.contains("ends in 17 min"), "{words}");
        assert!(words.contains("usually runs 34 min"), "{words}");
        assert!(words.contains("its last 16 min"), "{words}");
        assert!(unknown("the job", 20).contains("20 s"));
    }
}
