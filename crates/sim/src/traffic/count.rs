//! How many, by chance.

use countersign_model::Timestamp;

/// Above this mean a normal distribution stands in for Poisson's.
const NORMAL_ABOVE: f64 = 30.0;

/// Luck of one flow in one minute.
#[derive(Clone)]
pub(crate) struct Luck(u64);

impl Luck {
    pub(crate) fn new(seed: u64, name: &str, at: Timestamp) -> Luck {
        let named = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let minute = at.as_second().div_euclid(60).cast_unsigned();
        Luck(seed ^ named ^ minute.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// At least 0 and below 1, by SplitMix64.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number around `mean`, distributed as counts are (demo estate D.8).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not below 0, and a minute's count"
    )]
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        if mean > NORMAL_ABOVE {
            let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
            let spread = radius * (std::f64::consts::TAU * self.unit()).cos();
            return (mean + spread * mean.sqrt()).round().max(0.0) as u64;
        }
        let (limit, mut product, mut n) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            n += 1;
        }
        n
    }
}
