//! How much more likely a count is under a loss than under the usual flow, in nats.

/// Log-likelihood ratio of `seen` events where `expected` are usual, for a flow of which only
/// `share_left` remains, against the usual one.
///
/// Counts follow a negative binomial law whose variance is `expected + dispersion · expected²`; a
/// dispersion near zero is a Poisson law. Positive values speak for the loss. Zero where nothing is
/// expected.
///
/// Source: detection 3, step 5; the law after Hoehle and Paul (2008).
#[must_use]
pub fn llr(seen: f64, expected: f64, share_left: f64, dispersion: f64) -> f64 {
    if expected <= 0.0 {
        return 0.0;
    }
    if dispersion < 1e-6 {
        return seen * share_left.ln() + (1.0 - share_left) * expected;
    }
    let size = 1.0 / dispersion;
    seen * share_left.ln()
        + (seen + size) * ((size + expected) / (size + share_left * expected)).ln()
}

#[cfg(test)]
mod tests;
