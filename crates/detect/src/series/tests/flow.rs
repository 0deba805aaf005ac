//! A made-up flow: hours of the day, weekends, irregular counts; and what can happen to it.

use crate::series::{Bucket, Kind, Reading, Series, Settings};
use countersign_model::estate::PlannedKind;
use countersign_model::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

/// Draws from a seed; the same seed draws the same.
pub(in crate::series) struct Draws(u64);

impl Draws {
    pub(in crate::series) fn new(seed: u64) -> Draws {
        Draws(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Evenly between 0 and 1.
    pub(in crate::series) fn even(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A count of mean `mean` whose variance is `mean + mean² / shape`.
    pub(in crate::series) fn count(&mut self, mean: f64, shape: u32) -> f64 {
        let gamma: f64 = (0..shape).map(|_| -self.even().max(1e-300).ln()).sum();
        self.poisson(mean * gamma / f64::from(shape))
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        let mut left = mean;
        let mut count = 0.0;
        // In steps, so that no power of e vanishes.
        while left > 0.0 {
            let step = left.min(20.0);
            left -= step;
            let (limit, mut product) = ((-step).exp(), self.even());
            while product > limit {
                count += 1.0;
                product *= self.even();
            }
        }
        count
    }
}

/// What happens to a flow between two minutes of its life.
#[derive(Clone, Copy)]
pub(in crate::series) struct Event {
    pub(in crate::series) from: Timestamp,
    pub(in crate::series) to: Timestamp,
    pub(in crate::series) what: What,
}

#[derive(Clone, Copy)]
pub(in crate::series) enum What {
    /// So much is left of it.
    Left(f64),
    /// Nobody could read it.
    Missing,
    /// People had planned this, and so much of it comes.
    Planned(PlannedKind, f64),
}

/// A flow of events.
#[derive(Clone)]
pub(in crate::series) struct Flow {
    pub(in crate::series) start: Timestamp,
    pub(in crate::series) interval_s: u32,
    pub(in crate::series) zone: TimeZone,
    /// Events in a bucket at the busiest hour.
    pub(in crate::series) peak: f64,
    pub(in crate::series) shape: u32,
    pub(in crate::series) seed: u64,
    /// Whether nothing comes from 20:00 to 08:00.
    pub(in crate::series) closes_at_night: bool,
    pub(in crate::series) events: Vec<Event>,
}

impl Flow {
    /// Forty at noon in five minutes, from a Monday on.
    pub(in crate::series) fn usual() -> Flow {
        Flow {
            start: super::at("2026-01-05T00:00:00Z"),
            interval_s: 300,
            zone: TimeZone::UTC,
            peak: 40.0,
            shape: 20,
            seed: 1,
            closes_at_night: false,
            events: Vec::new(),
        }
    }

    /// With one more event, given by days and hours from the start.
    pub(in crate::series) fn with(mut self, day: i64, hour: f64, hours: f64, what: What) -> Flow {
        let from = self.after(day) + SignedDuration::from_secs((hour * 3600.0) as i64);
        let to = from + SignedDuration::from_secs((hours * 3600.0) as i64);
        self.events.push(Event { from, to, what });
        self
    }

    pub(in crate::series) fn after(&self, days: i64) -> Timestamp {
        self.start + SignedDuration::from_hours(24 * days)
    }

    pub(in crate::series) fn settings(&self) -> Settings {
        Settings::new("Welcome journey", self.interval_s, self.zone.clone())
    }

    pub(in crate::series) fn series(&self) -> Series {
        Series::new(Kind::Enrolments, self.settings())
    }

    /// What is expected in a bucket: a hill over the day, two thirds of it at weekends.
    pub(in crate::series) fn mean(&self, start: Timestamp) -> f64 {
        let local = self.zone.to_datetime(start);
        let hour = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
        if self.closes_at_night && !(8.0..20.0).contains(&hour) {
            return 0.0;
        }
        let hill = 0.55 - 0.45 * ((hour - 1.0) / 24.0 * std::f64::consts::TAU).cos();
        let weekend = local.weekday().to_monday_zero_offset() >= 5;
        self.peak * hill * if weekend { 0.67 } else { 1.0 }
    }

    /// Its buckets for so many days.
    pub(in crate::series) fn days(&self, days: i64) -> Vec<Bucket> {
        let mut draws = Draws::new(self.seed);
        let n = days * 86_400 / i64::from(self.interval_s);
        (0..n)
            .map(|n| {
                let seconds = n * i64::from(self.interval_s);
                let start = self.start + SignedDuration::from_secs(seconds);
                self.bucket(start, &mut draws)
            })
            .collect()
    }

    fn bucket(&self, start: Timestamp, draws: &mut Draws) -> Bucket {
        let event = self
            .events
            .iter()
            .find(|event| (event.from..event.to).contains(&start));
        let (left, planned) = match event.map(|event| event.what) {
            Some(What::Left(left)) => (left, None),
            Some(What::Planned(kind, left)) => (left, Some(kind)),
            Some(What::Missing) => return Bucket::missing(start),
            None => (1.0, None),
        };
        let count = draws.count(self.mean(start) * left, self.shape);
        Bucket {
            start,
            reading: Reading::Value(count),
            planned,
        }
    }
}
