//! Whether people knew beforehand: pauses, maintenance, holidays, and what a weekend brings.

use super::{Case, Evidence, about};
use countersign_model::Timestamp;
use countersign_model::estate::{Planned, PlannedKind};
use countersign_model::schedule::zone;
use jiff::civil::Weekday;
use std::collections::BTreeMap;

impl Case<'_> {
    pub(super) fn pause(&self, evidence: &mut Evidence) {
        self.planned(PlannedKind::Pause, "pause", evidence);
    }

    pub(super) fn maintenance(&self, evidence: &mut Evidence) {
        self.planned(PlannedKind::Maintenance, "maintenance slot", evidence);
    }

    fn planned(&self, kind: PlannedKind, name: &str, evidence: &mut Evidence) {
        for span in self.spans(kind) {
            evidence.favour(self.span_words(span));
        }
        if !evidence.in_favour.is_empty() {
            return;
        }
        match self.cause.estate.planned.len() {
            // An empty calendar knows of nothing, and so rules nothing out.
            0 => {}
            1 => evidence.oppose(format!("The one entry of the calendar is no {name} of it.")),
            n => evidence.oppose(format!(
                "None of the calendar's {n} entries is a {name} of it."
            )),
        }
        if self.incident.refused.is_some() {
            evidence.oppose(format!(
                "It was refused by name, which a {name} does not do."
            ));
        }
    }

    pub(super) fn day(&self, evidence: &mut Evidence) {
        if self.is_refusal() {
            let words = "Requests fail, and no day of the week explains that.".to_owned();
            evidence.oppose(words);
            return;
        }
        for span in self.spans(PlannedKind::Holiday) {
            evidence.favour(self.span_words(span));
        }
        let Some(weekday) = self.weekday(self.since) else {
            return;
        };
        let name = weekday_name(weekday);
        let counted = self.own_assets().into_iter();
        let mut counted = counted
            .filter(|asset| asset.volume_weekday.is_some())
            .peekable();
        if counted.peek().is_none() {
            if !matches!(weekday, Weekday::Saturday | Weekday::Sunday)
                && evidence.in_favour.is_empty()
            {
                evidence.oppose(format!(
                    "It is {name}, and the calendar holds no holiday for it."
                ));
            }
            return;
        }
        for asset in counted {
            let usual = self.expected(asset);
            let share = asset.weekend_factor.unwrap_or(1.0);
            let weekend = match weekday {
                Weekday::Saturday | Weekday::Sunday => {
                    format!(" ({:.0} % of a weekday's)", share * 100.0)
                }
                _ => String::new(),
            };
            let said = format!(
                "Since it began on {name}, {} were to be expected over {}{weekend}, weekend and \
                 holidays counted in.",
                about(usual),
                asset.name
            );
            match usual < 1.0 {
                true => evidence.favour(said),
                false => evidence.oppose(said),
            }
        }
    }

    /// The spans of that kind that cover the cause when it began or now, each once.
    fn spans(&self, kind: PlannedKind) -> Vec<&Planned> {
        let estate = self.cause.estate;
        let mut found: BTreeMap<&str, &Planned> = BTreeMap::new();
        for at in [self.since, self.now] {
            for flow in &self.cause.integrations {
                found.extend(
                    estate
                        .planned_for_flow(flow, at)
                        .map(|span| (span.id.as_str(), span)),
                );
            }
            for asset in self.own_assets() {
                found.extend(
                    estate
                        .planned_for_asset(asset, at)
                        .map(|span| (span.id.as_str(), span)),
                );
            }
        }
        found
            .into_values()
            .filter(|span| span.kind == kind)
            .collect()
    }

    fn span_words(&self, span: &Planned) -> String {
        let reason = match span.reason.is_empty() {
            true => "no reason is given",
            false => span.reason.trim_end_matches('.'),
        };
        format!(
            "The calendar says from {} to {}: {} ({}).",
            self.date(span.from),
            self.date(span.to),
            reason,
            span.id
        )
    }

    fn date(&self, at: Timestamp) -> String {
        let unit = self.cause.unit();
        match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
            Some(zone) => at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string(),
            None => at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    fn weekday(&self, at: Timestamp) -> Option<Weekday> {
        let zone = zone(&self.cause.unit()?.time_zone).ok()?;
        Some(at.to_zoned(zone).weekday())
    }
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
