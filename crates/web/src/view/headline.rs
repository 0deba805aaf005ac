//! The one sentence that says whether customers are affected.

use super::place::{Countdown, Place};
use super::unit::UnitStatus;
use super::words::{count, remedy};
use countersign_model::Timestamp;
use countersign_model::estate::Estate;
use countersign_model::incident::{CustomerHarm, Incident};
use countersign_model::status::Health;

/// One sentence, with a countdown inside when harm is ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    /// Style name of its mood: `healthy`, `unknown`, `at-risk`, `failing`.
    pub(crate) tone: &'static str,
    /// The sentence up to the countdown, or all of it.
    pub(crate) before: String,
    /// How long is left.
    pub(crate) countdown: Option<Countdown>,
    /// What follows the countdown.
    pub(crate) after: String,
}

impl Headline {
    fn plain(tone: &'static str, sentence: String) -> Headline {
        Headline {
            tone,
            before: sentence,
            countdown: None,
            after: String::new(),
        }
    }
}

/// Says whether customers are affected, from the open incidents and, where there is none, from how
/// much of the estate can be seen at all.
pub(crate) fn headline(
    estate: &Estate,
    units: &[UnitStatus],
    open: &[Incident],
    now: Timestamp,
) -> Headline {
    let with_harm = |incident: &'_ Incident| incident.harm.as_ref().map(|harm| harm.at);
    let first = open
        .iter()
        .filter(|incident| incident.harm.is_some())
        .min_by_key(|i| with_harm(i));
    match first.and_then(|incident| Some((incident, incident.harm.as_ref()?))) {
        Some((incident, harm)) => harmed(estate, incident, harm, open.len(), now),
        None if !open.is_empty() => undated(open),
        None => quiet(units),
    }
}

fn harmed(
    estate: &Estate,
    incident: &Incident,
    harm: &CustomerHarm,
    n_open: usize,
    now: Timestamp,
) -> Headline {
    let bu = estate.asset(&harm.asset).map(|asset| &asset.bu);
    let place = Place::of(estate, bu.or(incident.business_units.first()));
    let when = place.moment(harm.at, now).text;
    let words = harm.words.trim_end_matches('.');
    let others = match n_open - 1 {
        0 => String::new(),
        n => format!(" ({} open beside it)", count(n, "incident")),
    };
    if harm.at <= now {
        return Headline::plain("failing", format!("Since {when} {words}{others}."));
    }
    Headline {
        tone: "at-risk",
        before: format!("From {when} {words}, {}: ", remedy(incident)),
        countdown: Some(Countdown::new(harm.at, now)),
        after: format!(" left{others}."),
    }
}

fn undated(open: &[Incident]) -> Headline {
    let title = open[0].title.trim_end_matches('.');
    let sentence = match open.len() {
        1 => format!("Customers may be affected, at a time no schedule tells: {title}."),
        n => format!(
            "Customers may be affected, at a time no schedule tells: {title}, and {} more.",
            count(n - 1, "incident")
        ),
    };
    Headline::plain("at-risk", sentence)
}

fn quiet(units: &[UnitStatus]) -> Headline {
    let healths: Vec<Health> = units
        .iter()
        .flat_map(|unit| &unit.integrations)
        .map(|flow| flow.status.health)
        .collect();
    let all = healths.len();
    let unseen = healths
        .iter()
        .filter(|health| **health == Health::Unknown)
        .count();
    let ailing = healths
        .iter()
        .filter(|health| **health > Health::Unknown)
        .count();
    if unseen == all {
        return blind(all);
    }
    let mut sentence = "No customer is affected".to_owned();
    if unseen > 0 {
        let verb = if unseen == 1 { "is" } else { "are" };
        sentence += &format!(
            ", as far as we see: {unseen} of {} {verb} unknown",
            count(all, "integration")
        );
    }
    if ailing > 0 {
        let verb = if ailing == 1 { "needs" } else { "need" };
        sentence += &format!("; {} {verb} a look", count(ailing, "integration"));
    }
    let tone = match (ailing, unseen) {
        (1.., _) => "at-risk",
        (0, unseen) if unseen * 2 > all => "unknown",
        (0, _) => "healthy",
    };
    Headline::plain(tone, sentence + ".")
}

/// When nothing can be seen at all.
fn blind(n_integrations: usize) -> Headline {
    let why = match n_integrations {
        0 => "no integration is declared yet".to_owned(),
        n => format!("nothing has reported on any of {}", count(n, "integration")),
    };
    Headline::plain(
        "unknown",
        format!("We cannot say whether customers are affected: {why}."),
    )
}

#[cfg(test)]
mod tests;
