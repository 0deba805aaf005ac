//! The one line by which an incident is known.

use super::cut::{SUBJECT_NAME_WORDS_MAX, clipped};
use crate::cause::Cause;
use countersign_model::class::Class;
use countersign_model::estate::IntegrationKind;
use countersign_model::incident::RootCause;

/// Longest name of a unit, in words.
const UNIT_WORDS_MAX: usize = 3;

/// One line for people.
pub(crate) fn title(cause: &Cause<'_>, class: Class) -> String {
    let unit = cause.unit().map_or("", |unit| match unit.name.is_empty() {
        true => unit.id.as_str(),
        false => short(&unit.name),
    });
    match cause.root {
        RootCause::Platform => format!(
            "Marketing Cloud: no tokens for {} integrations.",
            cause.integrations.len()
        ),
        RootCause::Blind => "We cannot see the estate.".to_owned(),
        RootCause::Own => "Countersign itself has a fault.".to_owned(),
        // In quotes, because a name may be a plural or hold a colon.
        _ => {
            let name = clipped(&cause.name(), SUBJECT_NAME_WORDS_MAX);
            let whose = match says_its_unit(&name, unit) {
                true => String::new(),
                false => format!("{}: ", clipped(unit, UNIT_WORDS_MAX)),
            };
            format!("{whose}\"{name}\" {}.", ailment(cause, class))
        }
    }
}

/// `Card transaction alerts` of the unit `Card` says whose it is already.
fn says_its_unit(name: &str, unit: &str) -> bool {
    let rest = name.strip_prefix(unit);
    rest.is_some_and(|rest| unit.is_empty() || !rest.starts_with(char::is_alphanumeric))
}

/// `Loyalty` of `Loyalty & Membership`: a title has room for what people say.
fn short(name: &str) -> &str {
    name.split(['&', '(', ',']).next().unwrap_or(name).trim()
}

fn ailment(cause: &Cause<'_>, class: Class) -> &'static str {
    match (class, cause.main().map(|main| main.kind)) {
        (Class::Reduced | Class::QueueGrowth | Class::LongJob, _) => "falls behind",
        (_, Some(IntegrationKind::Etl)) => "stops refreshing its data",
        (_, Some(IntegrationKind::Reporting)) => "stops reading its data",
        (_, Some(IntegrationKind::RealTime)) => "stops passing events on",
        (_, Some(IntegrationKind::OnDemand)) => "stops serving its users",
        (_, Some(IntegrationKind::JourneyHttp)) => "stops answering journeys",
        (_, Some(IntegrationKind::Mcc | IntegrationKind::ThirdParty)) => "loses its connection",
        (_, Some(IntegrationKind::Monitoring)) => "stops watching",
        (_, None) => "stops working",
    }
}
