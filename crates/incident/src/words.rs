//! Words for people: business first, technique below the fold.

use crate::cause::Cause;
use crate::figures::whole;
use crate::runbook::{advice, lower_first, stop};
use countersign_model::Timestamp;
use countersign_model::class::Class;
use countersign_model::estate::{CredentialKind, Estate, Integration, IntegrationKind};
use countersign_model::graph::Node;
use countersign_model::impact::{Figure, FigureKind, Unit};
use countersign_model::incident::{Confidence, CustomerHarm, Incident, Refused, RootCause};
use countersign_model::schedule::zone;

/// Subject and summary have fewer than 60 words together, so that a notice is read to its end on a
/// telephone.
const NOTICE_WORDS_MAX: usize = 59;
/// Longest name inside a summary, in words.
const NAME_WORDS_MAX: usize = 10;
/// Shortest to which a name is cut where the summary has no room.
const NAME_WORDS_MIN: usize = 2;
/// Longest name inside a subject or a question, and longest name of a unit, in words.
const SUBJECT_NAME_WORDS_MAX: usize = 6;
const UNIT_WORDS_MAX: usize = 3;
/// Longest name of a team, in words.
const OWNER_WORDS_MAX: usize = 5;

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

/// `Membership welcome` of `Membership welcome (app backend)`: where room is scarce.
fn without_remark(name: &str) -> &str {
    match name.split_once(" (") {
        Some((name, remark)) if remark.ends_with(')') && !name.is_empty() => name,
        _ => name,
    }
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

fn cause_words(
    cause: &Cause<'_>,
    incident: &Incident,
    now: Timestamp,
    name_words: usize,
) -> String {
    let name = cause.name();
    let name = clipped(without_remark(&name), name_words);
    match (cause.root, incident.class) {
        (RootCause::Platform, Class::Network) => "the token hosts cannot be reached".to_owned(),
        (RootCause::Platform, _) => "the provider's token hosts fail".to_owned(),
        (_, Class::AuthRejected) => refusal_words(cause, incident.refused, &name, now),
        (_, Class::Scope) if incident.refused == Some(Refused::BusinessUnit) => {
            format!("\"{name}\" may not enter its business unit")
        }
        (_, Class::Scope) => format!("\"{name}\" lost a permission"),
        (_, Class::Policy) => {
            format!("an account policy, probably its allowlist, refuses \"{name}\"")
        }
        (_, Class::GrantDead) => format!("the consent for \"{name}\" has ended"),
        (_, Class::TokenRevoked) => format!("a live token of \"{name}\" was revoked"),
        (_, Class::SecondMinter) => {
            format!("a second program uses the secret of \"{name}\"")
        }
        (_, Class::NotRenewed) => format!("nobody renewed the token of \"{name}\""),
        (_, Class::Certificate) => certificate_words(cause, &name, now),
        (_, Class::Throttled) => format!("\"{name}\" is throttled"),
        (_, Class::Upstream) => format!("the token host of \"{name}\" fails or is too slow"),
        (_, Class::Network) => format!("the token host of \"{name}\" cannot be reached"),
        (_, Class::Malformed) => {
            format!("the token host of \"{name}\" sends unreadable answers")
        }
        (_, Class::Config) => format!("the token request of \"{name}\" is wrong"),
        (_, Class::Local) => format!("our own fault at \"{name}\""),
        (_, class) => format!("{} at \"{name}\"", class.as_str().replace('_', " ")),
    }
}

/// The cause as one clause, in full.
pub(crate) fn cause(cause: &Cause<'_>, incident: &Incident, now: Timestamp) -> String {
    cause_words(cause, incident, now, NAME_WORDS_MAX)
}

/// What a figure is called.
#[must_use]
pub fn figure_name(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::ContactsDelayed => "Contacts waiting",
        FigureKind::EnrolmentGap => "Contacts who did not enter",
        FigureKind::StaleSends => "Handled with old data",
        FigureKind::FreshnessLost => "Data age",
        FigureKind::CallerBacklog => "Waiting at the caller",
        FigureKind::ProviderQueue => "Waiting in Marketing Cloud",
        FigureKind::LostForGood => "Lost for good",
        FigureKind::ValueAtRisk => "At stake",
        FigureKind::Prevented => "Kept away",
    }
}

/// `1,334 to 2,000 contacts`, `$7,512 to $11,268`, `4.1 h`.
#[must_use]
pub fn range(figure: &Figure) -> String {
    let (low, high) = (whole(figure.range.low), whole(figure.range.high));
    match figure.unit {
        Unit::Usd => crate::figures::dollars(figure.range),
        Unit::Hours => format!("{:.1} h", figure.range.best),
        Unit::Contacts | Unit::Messages => {
            let unit = match figure.unit {
                Unit::Messages => "messages",
                _ => "contacts",
            };
            match low == high {
                true => format!("{} {unit}", thousands(low)),
                false => format!("{} to {} {unit}", thousands(low), thousands(high)),
            }
        }
    }
}

/// Says no more than the evidence: only `invalid_client` blames the secret.
fn refusal_words(
    cause: &Cause<'_>,
    refused: Option<Refused>,
    name: &str,
    now: Timestamp,
) -> String {
    match refused {
        Some(Refused::Secret) => {
            let (secret, end) = secret_words(cause, now);
            format!("the {secret} of \"{name}\" is refused{end}")
        }
        Some(Refused::AppUser) if cause.is_package() => {
            format!("the app user of \"{name}\" is inactive or lacks the right")
        }
        Some(Refused::AppUser) => format!("the client of \"{name}\" lacks the right"),
        Some(Refused::CoreUser) => format!("the Salesforce user of \"{name}\" may not sign in"),
        Some(Refused::Calls) => format!("calls of \"{name}\" are refused; why is not seen"),
        Some(Refused::BusinessUnit) | None => format!("the token host refuses \"{name}\""),
    }
}

/// The certificate of a credential that is one, or any on its way.
fn certificate_words(cause: &Cause<'_>, name: &str, now: Timestamp) -> String {
    match cause.credential().map(|found| found.kind) {
        Some(CredentialKind::MtlsCert) => {
            let (certificate, end) = secret_words(cause, now);
            format!("the {certificate} of \"{name}\" is refused{end}")
        }
        _ => format!("\"{name}\" met a certificate that is not trusted"),
    }
}

/// What the secret is called, and the end the estate gives it if that is today or past. That it
/// ended is likely then, not seen: the words say no more than the file.
fn secret_words(cause: &Cause<'_>, now: Timestamp) -> (&'static str, String) {
    let Some(credential) = cause.credential() else {
        return ("secret", String::new());
    };
    let secret = match credential.kind {
        CredentialKind::S2sV2 | CredentialKind::WebappV2 | CredentialKind::LegacyV1 => "API secret",
        CredentialKind::CrmOauth => "connected app",
        CredentialKind::ExtOauth => "OAuth client",
        CredentialKind::MtlsCert => "certificate",
        CredentialKind::SftpKey => "file-drop key",
    };
    let unit = cause.estate.business_unit(&credential.bu);
    let zone = unit.and_then(|unit| zone(&unit.time_zone).ok());
    let ended = credential
        .ends
        .zip(zone)
        .filter(|(ends, zone)| *ends <= now.to_zoned(zone.clone()).date());
    let end = match ended {
        Some((ends, _)) => format!(" (end date {})", ends.strftime("%-d %B")),
        None => String::new(),
    };
    (secret, end)
}

/// Impact, when, who, cause, what is spared, next step, so that it and `subject` have fewer than 60
/// words. Where there is no room names are cut, and the next step never is.
pub(crate) fn summary(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    subject: &str,
) -> String {
    let room = NOTICE_WORDS_MAX.saturating_sub(words_of(subject));
    let mut parts = Vec::new();
    for name_words in (NAME_WORDS_MIN..=NAME_WORDS_MAX).rev() {
        parts = must_parts(cause, now, incident, name_words);
        if count(&parts) <= room {
            break;
        }
    }
    let room_left = |parts: &[String]| room.saturating_sub(count(parts));
    if let Some(launch) = launches(cause, incident)
        && words_of(&launch) <= room_left(&parts)
    {
        parts.insert(1, launch);
    }
    if let Some(spared) = spared_words(incident, room_left(&parts)) {
        parts.insert(parts.len() - 1, spared);
    }
    parts.join(" ")
}

/// What every summary says, the next step last.
fn must_parts(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    name_words: usize,
) -> Vec<String> {
    let impact = impact_words(cause, now, incident, name_words + name_words / 2);
    let owner = match &incident.owner {
        Some(owner) => ended_by_stop(&format!(
            "Owner: {}",
            clipped(owner, OWNER_WORDS_MAX.min(name_words))
        )),
        None => "Owner: nobody.".to_owned(),
    };
    let reason = cause_words(cause, incident, now, name_words);
    let next = advice(cause, incident.class, incident.refused);
    vec![
        impact,
        owner,
        format!("Cause: {reason}."),
        format!("Next step: {next}"),
    ]
}

/// What the broker asks the owner, with the exact command.
pub(crate) fn question(cause: &Cause<'_>, incident: &Incident) -> String {
    let name = clipped(&cause.name(), SUBJECT_NAME_WORDS_MAX);
    let stop = match cause.root {
        RootCause::Credential(id) => format!(" To stop it: {}", stop(id)),
        _ => String::new(),
    };
    format!(
        "\"{name}\" was refused three times, and the broker tries on until told to stop. \
         Better: {}{stop}",
        lower_first(advice(cause, incident.class, incident.refused)),
    )
}

fn words_of(text: &str) -> usize {
    text.split_whitespace().count()
}

fn count(parts: &[String]) -> usize {
    parts.iter().map(|part| words_of(part)).sum()
}

fn impact_words(
    cause: &Cause<'_>,
    now: Timestamp,
    incident: &Incident,
    harm_words: usize,
) -> String {
    let Some(harm) = &incident.harm else {
        return match incident.affected.len() {
            0 => "No customer effect is known.".to_owned(),
            n => format!("No schedule tells a first customer effect; {n} things depend on it."),
        };
    };
    let what = ended_by_stop(&clipped(&harm.words, harm_words));
    if harm.at <= now {
        return format!("Now: {what}");
    }
    let at = local(cause.estate, harm, now);
    format!("From {at} (in {}): {what}", span(now, harm.at))
}

fn launches(cause: &Cause<'_>, incident: &Incident) -> Option<String> {
    let first = incident.affected.iter().find_map(|hit| {
        let Node::Asset(id) = &hit.reached.node else {
            return None;
        };
        let asset = cause.estate.asset(id)?;
        asset.starts_at.as_ref().map(|_| asset)
    })?;
    let is_named = incident
        .harm
        .as_ref()
        .is_some_and(|harm| harm.asset == first.id);
    (!is_named).then(|| format!("Launch {} is blocked.", first.name))
}

/// As many of the spared as have room, at most three.
fn spared_words(incident: &Incident, room: usize) -> Option<String> {
    let names: Vec<&str> = incident
        .unaffected
        .iter()
        .filter_map(|words| words.rsplit_once(SPARED))
        .map(|(name, _)| without_remark(name))
        .take(3)
        .collect();
    let words = |n: usize| format!("Unaffected: {}.", names[..n].join(", "));
    (1..=names.len())
        .rev()
        .map(words)
        .find(|words| words_of(words) <= room)
}

/// What stands between name and time in the sentence of a spared flow.
const SPARED: &str = ": no failure seen until ";

/// The sentence of a spared flow. It is kept, so it says up to when it holds.
pub(crate) fn spared(estate: &Estate, flow: &Integration, now: Timestamp) -> String {
    let unit = estate.business_unit(&flow.bu);
    let until = match unit.and_then(|unit| zone(&unit.time_zone).ok()) {
        Some(zone) => now.to_zoned(zone).strftime("%H:%M %Z").to_string(),
        None => now.strftime("%H:%M UTC").to_string(),
    };
    let name = match flow.name.is_empty() {
        true => flow.id.as_str(),
        false => &flow.name,
    };
    format!("{name}{SPARED}{until}.")
}

/// How sure, what was not seen, technique, ids; below the fold.
pub(crate) fn detail(incident: &Incident) -> Vec<String> {
    let mut lines = vec![format!("How sure: {}", sure(incident.confidence))];
    let blind = incident.blind_spots.iter();
    lines.extend(blind.map(|spot| format!("Could not see: {}", lower_first(spot))));
    let technical: Vec<String> = incident
        .evidence
        .iter()
        .map(|fact| format!("{} at {} UTC", fact.words, fact.at.strftime("%H:%M:%S")))
        .collect();
    let technical = match technical.as_slice() {
        [first, second, between @ .., last] if between.len() > 1 => {
            format!("{first}; {second}; {} more; {last}", between.len())
        }
        few => few.join("; "),
    };
    if !technical.is_empty() {
        lines.push(format!("Technical detail: {technical}."));
    }
    lines.push(format!(
        "Root cause: {} ({})",
        incident.root_cause,
        incident.class.as_str()
    ));
    lines.push(format!("Affected: {}", incident.affects().join(", ")));
    if let Some(end) = incident.token_ends_at {
        lines.push(format!(
            "Last good token ends {} UTC.",
            end.strftime("%H:%M:%S")
        ));
    }
    let steps = incident.runbook.iter().enumerate();
    lines.extend(steps.map(|(n, step)| match &step.command {
        Some(command) => format!("Step {}: {} {command}", n + 1, step.words),
        None => format!("Step {}: {}", n + 1, step.words),
    }));
    lines
}

fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain; the credential itself was refused in front of us.",
        Confidence::Likely => "likely; the evidence allows hardly anything else.",
        Confidence::Possible => "possible; one of several causes.",
    }
}

/// The summary of an end that nobody saw: the cause left the estate.
pub(crate) fn left(incident: &Incident, now: Timestamp) -> String {
    let open = match incident.opened_at {
        Some(opened) => format!("It was open for {}.", span(opened, now)),
        None => String::new(),
    };
    format!(
        "What it was about left the estate, so it is watched no more. Whether it works is not \
         known. {open} If it should still be watched, put it back into the estate."
    )
}

/// The summary of an end.
pub(crate) fn ended(incident: &Incident, now: Timestamp) -> String {
    let open = match incident.opened_at {
        Some(opened) => format!("It was open for {}.", span(opened, now)),
        None => String::new(),
    };
    let harm = match &incident.harm {
        Some(harm) if harm.at <= now => ended_by_stop(&format!(
            "Customers may have noticed: {}",
            clipped(&harm.words, NAME_WORDS_MAX + NAME_WORDS_MAX / 2)
        )),
        Some(_) => "It ended before customers could notice.".to_owned(),
        None => "No customer effect is known.".to_owned(),
    };
    format!("It works again. {open} {harm} Nothing needs doing.")
}

/// `3 h 08 min`, `8 min`, `2 d 4 h`; whole minutes, rounded down.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = (to.duration_since(from).as_secs() / 60).max(0);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `1 planned run`, `2 planned runs`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// Local time of the harm: the hour alone on the same day, the date before it otherwise.
fn local(estate: &Estate, harm: &CustomerHarm, now: Timestamp) -> String {
    let unit = estate
        .asset(&harm.asset)
        .and_then(|asset| estate.business_unit(&asset.bu));
    let Some(zone) = unit.and_then(|unit| zone(&unit.time_zone).ok()) else {
        return harm.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    };
    let at = harm.at.to_zoned(zone.clone());
    match at.date() == now.to_zoned(zone).date() {
        true => at.strftime("%H:%M today").to_string(),
        false => at.strftime("%A %Y-%m-%d %H:%M").to_string(),
    }
}

/// A sentence; one that was cut ends already.
fn ended_by_stop(text: &str) -> String {
    match text.ends_with('…') {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

fn clipped(text: &str, words: usize) -> String {
    let all: Vec<&str> = text.split_whitespace().collect();
    match all.len() > words {
        true => format!("{}…", all[..words].join(" ")),
        false => all.join(" "),
    }
}

/// `11,500`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
