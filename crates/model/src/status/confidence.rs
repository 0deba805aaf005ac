//! One figure of three parts: the token, the calls and how fresh the data is (R126).

use serde::{Deserialize, Serialize};

/// Weights of token, calls and freshness. Our choice: what only the credential can show counts most.
const WEIGHTS: [f64; 3] = [0.4, 0.35, 0.25];
/// With a part that fails, the figure is at most this: two good parts do not make up for a dead one.
const CAP_WHEN_FAILING: f64 = 40.0;
/// Below this share of the weight there is no figure: too little is seen.
const SEEN_MIN: f64 = 0.5;

/// What is known of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", content = "score", rename_all = "snake_case")]
pub enum PartState {
    /// Nothing reports on it.
    #[default]
    Unseen,
    /// It is reported on, and nothing happened lately: a rate of nothing is no rate.
    NoTraffic,
    /// It does not exist for this kind of integration.
    NotApplicable,
    /// It works, with a score of 0 to 100.
    Working(u8),
    /// It fails, with a score of 0 to 100.
    Failing(u8),
}

impl PartState {
    /// The score, where there is one.
    #[must_use]
    pub fn score(self) -> Option<u8> {
        match self {
            PartState::Working(score) | PartState::Failing(score) => Some(score),
            PartState::Unseen | PartState::NoTraffic | PartState::NotApplicable => None,
        }
    }

    /// Whether anything reports on it.
    #[must_use]
    pub fn is_seen(self) -> bool {
        !matches!(self, PartState::Unseen | PartState::NotApplicable)
    }
}

/// One part with the sentence behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Part {
    /// What is known.
    #[serde(flatten)]
    pub state: PartState,
    /// Why, for a person.
    #[serde(default)]
    pub words: String,
}

/// How far one may count on an integration now, 0 to 100, and what that rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OperationalConfidence {
    /// The figure; `None` where less than half of its weight is seen.
    pub figure: Option<u8>,
    /// Whether its token lives and is renewed.
    pub token: Part,
    /// Whether its calls are answered.
    pub calls: Part,
    /// Whether its data moves.
    pub freshness: Part,
}

impl OperationalConfidence {
    /// Makes the figure: 0.4 token + 0.35 calls + 0.25 freshness over what is seen, at most 40 if a
    /// part fails, none if less than half of the weight is seen. A part that does not exist has no
    /// weight.
    #[must_use]
    pub fn of(token: Part, calls: Part, freshness: Part) -> OperationalConfidence {
        let parts = [token.state, calls.state, freshness.state];
        OperationalConfidence {
            figure: figure(parts),
            token,
            calls,
            freshness,
        }
    }

    /// What is seen of it at all.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage {
            refresh: self.token.state,
            calls: self.calls.state,
            downstream: self.freshness.state,
        }
    }
}

fn figure(parts: [PartState; 3]) -> Option<u8> {
    let (mut whole, mut seen, mut sum) = (0.0, 0.0, 0.0);
    for (weight, part) in WEIGHTS.into_iter().zip(parts) {
        if part != PartState::NotApplicable {
            whole += weight;
        }
        if let Some(score) = part.score() {
            seen += weight;
            sum += weight * f64::from(score.min(100));
        }
    }
    if whole == 0.0 || seen / whole < SEEN_MIN {
        return None;
    }
    let fails = parts
        .iter()
        .any(|part| matches!(part, PartState::Failing(_)));
    let cap = if fails { CAP_WHEN_FAILING } else { 100.0 };
    Some(whole_score((sum / seen).min(cap)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn whole_score(score: f64) -> u8 {
    score.clamp(0.0, 100.0).round() as u8
}

/// Which parts are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    refresh: PartState,
    calls: PartState,
    downstream: PartState,
}

impl Coverage {
    /// For a person: `refresh seen, calls not seen, downstream seen`. What does not exist is left out.
    #[must_use]
    pub fn words(self) -> String {
        let parts = [
            ("refresh", self.refresh),
            ("calls", self.calls),
            ("downstream", self.downstream),
        ];
        let told = parts
            .into_iter()
            .filter(|(_, state)| *state != PartState::NotApplicable);
        let word = |(name, state): (&str, PartState)| match state {
            PartState::NoTraffic => format!("{name} seen, no traffic now"),
            state if state.is_seen() => format!("{name} seen"),
            _ => format!("{name} not seen"),
        };
        told.map(word).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
