//! When to page: the numbers of the rule table, as data that a configuration can override.
//!
//! What each number means, its bounds and where it comes from stand in [`ROWS`], and in the same words
//! in `docs/formats/paging.md`.

use countersign_model::SignedDuration;

/// The numbers by which outcomes become signals; names in `_s` are seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// A second refusal at least so long after the first pages.
    pub second_refusal_s: u32,
    /// Share of the credentials that tried, from which the provider is to blame.
    pub platform_share: f64,
    /// Fewest failing credentials that can blame the provider.
    pub platform_credentials_min: u32,
    /// A credential counts as having tried for so long.
    pub platform_window_s: u32,
    /// A platform failure of this length is a suspicion.
    pub platform_suspect_s: u32,
    /// A platform failure of this length pages.
    pub platform_page_s: u32,
    /// A platform failure of this length pages where calls fail too.
    pub platform_calls_page_s: u32,
    /// A single credential without a live token pages after failures over this span.
    pub lone_page_s: u32,
    /// Fewest refused calls that count.
    pub calls_min: u32,
    /// Calls refused over so long are a suspicion.
    pub calls_suspect_s: u32,
    /// Calls refused over so long page where a T0 flow hangs on the credential.
    pub calls_page_t0_s: u32,
    /// Calls refused over so long page elsewhere.
    pub calls_page_s: u32,
    /// Share of a flow that must be missing for a partial loss to page.
    pub reduced_share: f64,
    /// Events that must be missing.
    pub reduced_lost_min: u32,
    /// A partial loss of a first-tier flow so long pages.
    pub reduced_page_first_s: u32,
    /// A partial loss of any other flow so long pages.
    pub reduced_page_s: u32,
    /// Share of the flows, from which a partial loss is the audience's and nobody's failure.
    pub audience_share: f64,
}

/// One rule as its table tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Its name in `[rules]`.
    pub name: &'static str,
    /// What holds where nothing is written.
    pub default: f64,
    /// Least value that makes sense.
    pub least: f64,
    /// Most.
    pub most: f64,
    /// What it decides.
    pub what: &'static str,
    /// Where the default comes from.
    pub source: &'static str,
}

const DAY_S: f64 = 86_400.0;

/// Every rule, in the order of the page.
pub const ROWS: [Row; 17] = [
    row(
        "second_refusal_s",
        30.0,
        (1.0, DAY_S),
        "a second refusal of a token request so long after the first pages",
        "our choice: half of the shortest pause between two attempts after a refusal, so that no third is needed",
    ),
    row(
        "platform_share",
        0.6,
        (0.1, 1.0),
        "share of the credentials that tried, from which the provider is blamed and no credential",
        "detection 4.5",
    ),
    row(
        "platform_credentials_min",
        2.0,
        (2.0, 1_000_000.0),
        "fewest failing credentials that can blame the provider",
        "our choice: one alone says nothing about the others",
    ),
    row(
        "platform_window_s",
        600.0,
        (60.0, DAY_S),
        "a credential counts as having tried for so long",
        "our choice: half the life of a token of twenty minutes, within which most are renewed",
    ),
    row(
        "platform_suspect_s",
        90.0,
        (1.0, DAY_S),
        "a failure of the provider so long is a suspicion",
        "detection 4.2",
    ),
    row(
        "platform_page_s",
        300.0,
        (1.0, DAY_S),
        "a failure of the provider so long pages",
        "our choice: live tokens still carry calls for a quarter of an hour",
    ),
    row(
        "platform_calls_page_s",
        180.0,
        (1.0, DAY_S),
        "a failure of the provider so long pages where calls fail too",
        "detection 4.3",
    ),
    row(
        "lone_page_s",
        300.0,
        (1.0, DAY_S),
        "failures of one credential over so long page, once no token of it lives",
        "our choice: as for the provider",
    ),
    row(
        "calls_min",
        2.0,
        (2.0, 1_000_000.0),
        "fewest refused calls that count, in two groups a minute apart",
        "detection 4 (A)",
    ),
    row(
        "calls_suspect_s",
        90.0,
        (1.0, DAY_S),
        "calls refused over so long are a suspicion",
        "detection 4.2",
    ),
    row(
        "calls_page_t0_s",
        120.0,
        (1.0, DAY_S),
        "calls refused over so long page where a T0 flow hangs on the credential",
        "our choice: a minute sooner than detection 4.3, at the price of a false page now and then",
    ),
    row(
        "calls_page_s",
        180.0,
        (1.0, DAY_S),
        "calls refused over so long page elsewhere",
        "detection 4.3",
    ),
    row(
        "reduced_share",
        0.3,
        (0.05, 0.95),
        "share of a flow that must be missing for a partial loss to page",
        "detection 6",
    ),
    row(
        "reduced_lost_min",
        20.0,
        (1.0, 1_000_000.0),
        "and so many events, of a flow that loses part",
        "detection 6",
    ),
    row(
        "reduced_page_first_s",
        1_800.0,
        (60.0, DAY_S),
        "a partial loss so long pages where a flow of T0 or T1 hangs on it",
        "our choice: as for queues",
    ),
    row(
        "reduced_page_s",
        7_200.0,
        (60.0, DAY_S),
        "a partial loss so long pages elsewhere",
        "detection 6",
    ),
    row(
        "audience_share",
        0.6,
        (0.1, 1.0),
        "share of the flows that fell alike, from which fewer people came and nothing failed",
        "detection 3",
    ),
];

const fn row(
    name: &'static str,
    default: f64,
    (least, most): (f64, f64),
    what: &'static str,
    source: &'static str,
) -> Row {
    Row {
        name,
        default,
        least,
        most,
        what,
        source,
    }
}

/// Where a rule's number lives.
enum Slot<'a> {
    Whole(&'a mut u32),
    Share(&'a mut f64),
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            second_refusal_s: 30,
            platform_share: 0.6,
            platform_credentials_min: 2,
            platform_window_s: 600,
            platform_suspect_s: 90,
            platform_page_s: 300,
            platform_calls_page_s: 180,
            lone_page_s: 300,
            calls_min: 2,
            calls_suspect_s: 90,
            calls_page_t0_s: 120,
            calls_page_s: 180,
            reduced_share: 0.3,
            reduced_lost_min: 20,
            reduced_page_first_s: 1_800,
            reduced_page_s: 7_200,
            audience_share: 0.6,
        }
    }
}

impl Rules {
    /// The defaults with what a configuration overrides. A value is `None` where what was written is
    /// no number.
    ///
    /// # Errors
    /// Every fault, each with the name of the rule and what to write.
    pub fn overridden<'a>(
        written: impl IntoIterator<Item = (&'a str, Option<f64>)>,
    ) -> Result<Rules, Vec<String>> {
        let mut rules = Rules::default();
        let mut faults = Vec::new();
        for (name, value) in written {
            match ROWS.iter().find(|row| row.name == name) {
                None => faults.push(format!(
                    "rules.{name}: there is no such rule; write one of {}",
                    ROWS.map(|row| row.name).join(", ")
                )),
                Some(row) => faults.extend(rules.set(row, value).err()),
            }
        }
        let in_order = [
            (
                "platform_suspect_s",
                rules.platform_suspect_s,
                "platform_page_s",
                rules.platform_page_s,
            ),
            (
                "platform_suspect_s",
                rules.platform_suspect_s,
                "platform_calls_page_s",
                rules.platform_calls_page_s,
            ),
            (
                "calls_suspect_s",
                rules.calls_suspect_s,
                "calls_page_t0_s",
                rules.calls_page_t0_s,
            ),
            (
                "calls_suspect_s",
                rules.calls_suspect_s,
                "calls_page_s",
                rules.calls_page_s,
            ),
        ];
        for (sooner, sooner_s, later, later_s) in in_order {
            if sooner_s > later_s {
                faults.push(format!(
                    "rules.{sooner}: write at most what rules.{later} is, {later_s}"
                ));
            }
        }
        match faults.is_empty() {
            true => Ok(rules),
            false => Err(faults),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within its row's bounds, which a u32 holds"
    )]
    fn set(&mut self, row: &Row, value: Option<f64>) -> Result<(), String> {
        let Row {
            name, least, most, ..
        } = row;
        let slot = self.slot(name);
        let number = match slot {
            Slot::Whole(_) => "a whole number",
            Slot::Share(_) => "a number",
        };
        let fault = || format!("rules.{name}: write {number} from {least} to {most}");
        let value = value
            .filter(|value| (*least..=*most).contains(value))
            .ok_or_else(fault)?;
        match slot {
            Slot::Share(share) => *share = value,
            Slot::Whole(whole) if value.fract() == 0.0 => *whole = value as u32,
            Slot::Whole(_) => return Err(fault()),
        }
        Ok(())
    }

    fn slot(&mut self, name: &str) -> Slot<'_> {
        Slot::Whole(match name {
            "platform_share" => return Slot::Share(&mut self.platform_share),
            "reduced_share" => return Slot::Share(&mut self.reduced_share),
            "audience_share" => return Slot::Share(&mut self.audience_share),
            "reduced_lost_min" => &mut self.reduced_lost_min,
            "reduced_page_first_s" => &mut self.reduced_page_first_s,
            "reduced_page_s" => &mut self.reduced_page_s,
            "second_refusal_s" => &mut self.second_refusal_s,
            "platform_credentials_min" => &mut self.platform_credentials_min,
            "platform_window_s" => &mut self.platform_window_s,
            "platform_suspect_s" => &mut self.platform_suspect_s,
            "platform_page_s" => &mut self.platform_page_s,
            "platform_calls_page_s" => &mut self.platform_calls_page_s,
            "lone_page_s" => &mut self.lone_page_s,
            "calls_min" => &mut self.calls_min,
            "calls_suspect_s" => &mut self.calls_suspect_s,
            "calls_page_t0_s" => &mut self.calls_page_t0_s,
            "calls_page_s" => &mut self.calls_page_s,
            other => unreachable!("{other} has a row and no place"),
        })
    }
}

/// Seconds as a span.
pub(crate) fn span(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}

#[cfg(test)]
mod tests;
