//! The stories there are, and what to look at in each.
//!
//! Most are scenarios that `simulate` plays too. Those that lie in the estate itself, with nothing
//! breaking, are made here.

use countersign_model::SignedDuration;
use countersign_model::estate::Estate;
use countersign_sim::corpus;
use countersign_sim::scenario::{Fault, Scenario};

/// The name that plays nothing.
pub(super) const NONE: &str = "none";
/// The main story; what is not a scenario of its own starts when it does.
const MAIN: &str = "quiet-sunday";
const CLIFF: &str = "cliff";
const SEED_CHECK: &str = "seed-check";
/// The journey of the seed check, what it takes in on a weekday, and for how long it takes nobody.
const CHECKED: (&str, u64, SignedDuration) = ("J-10", 10_000, SignedDuration::from_hours(4));

/// Names, and what to look at. Times are UTC.
pub(super) const TOLD: [(&str, &[&str]); 19] = [
    (
        MAIN,
        &[
            "12:40 UTC  the secret of INT-029, Points balance load, ends",
            "12:50:59   its renewal is refused: suspect, nobody is told yet",
            "12:51:29   refused again: one incident, one notice, before the token even ends",
            "12:52:29   a third time: locked, so that nothing hammers the provider",
            "16:00      the first customer would notice",
        ],
    ),
    (
        "quiet-sunday-observed",
        &[
            "12:40 UTC  the secret of INT-029 ends; it is somebody else's, so no renewal is seen",
            "13:09      the load says completed and has written no rows: one page within minutes",
            "16:00      the first customer would notice",
        ],
    ),
    (
        "quiet-sunday-observed-stale-date",
        &[
            "13:09 UTC  the load writes its rows after the end date in the estate: nobody is told",
            "           the page Findings says that the date is out of date",
        ],
    ),
    (
        "scope-loss",
        &[
            "19:02 UTC  an edit takes the right to send from INT-035, One-time passcode mail",
            "           tokens go on being issued, with fewer scopes; calls answer 403",
        ],
    ),
    (
        "new-exit-address",
        &[
            "19:02 UTC  two of six workers of INT-003 leave by an address that is not listed",
            "           a third of its calls is refused: the address is the cause, the secret is fine",
        ],
    ),
    (
        "certificate",
        &[
            "12:40 UTC  the client certificate of INT-020 ends",
            "13:20      its next load fails in the handshake: a certificate, no 401 anywhere",
        ],
    ),
    (
        "vendor-outage",
        &[
            "12:50 UTC  token hosts fail; tokens that live carry the calls",
            "12:55      one platform incident, no credential is blamed or locked",
            "13:01      the hosts are back: renewals drain in order of their deadlines",
        ],
    ),
    (
        "rate-limit-storm",
        &[
            "19:00 UTC  INT-007 deploys at peak and is throttled for 40 minutes",
            "           nobody is paged: it is its own affair, and tokens live",
        ],
    ),
    (
        "half-moved-rotation",
        &[
            "19:00 UTC  somebody activates the staged secret of INT-008 and INT-009",
            "           one of the two still has the old one: one incident for the credential",
            "           the conductor that would have kept the activation back is not built yet",
        ],
    ),
    (
        "crm-leaver",
        &[
            "22:00 UTC  the CRM user behind INT-012 is deactivated on a Friday evening",
            "           Marketing Cloud looks connected, the CRM refuses: two tables freeze",
        ],
    ),
    (
        "stampede",
        &[
            "13:00 UTC  the broker restarts: tokens come from the vault, nothing is minted, nobody is told",
        ],
    ),
    (
        "gift-cards",
        &[
            "now        INT-016 is due in five days; its secret ended a week ago, and nothing has called",
            "           the page Findings lists it; no error was ever seen, so there is no incident",
            "           the readiness list with its no-go for Black Friday is not built yet",
        ],
    ),
    (
        "silent-sunday",
        &["all day    J-16 and J-18 take nobody in on a Sunday, and nobody should: no incident"],
    ),
    (
        "long-job",
        &[
            "18:45 UTC  INT-003 begins to keep the token it started with",
            "19:20      a run outlives it: refused after 20 minutes, and yet it says completed",
        ],
    ),
    (
        "hidden-stall",
        &[
            "00:30 UTC  J-01, Cart recovery, takes nobody in for four hours",
            "           contacts in flight keep its screen busy; the incident counts who is missed",
        ],
    ),
    (
        "reset-backlog",
        &[
            "08:10 UTC  the caller of the reset mails does not get out for an hour and a quarter",
            "09:25      it does again: the recovery sheet says what is too old to be sent",
        ],
    ),
    (
        CLIFF,
        &[
            "now        28 secrets end between 2027-03-21 and 2027-03-29: see the page Today",
            "           nothing breaks by itself; the plan that spreads them is not built yet",
        ],
    ),
    (
        "nobody-home",
        &[
            "15:30 UTC  the secret of INT-047 is revoked; it has no owner",
            "           the incident goes to the team of its business unit",
        ],
    ),
    (
        SEED_CHECK,
        &[
            "13:00 UTC  J-10 takes nobody in for four hours; it is set to 10,000 contacts a day here",
            "           a flat day would miss 1,667; the figure follows the shape of the day",
        ],
    ),
];

/// The scenario of a story, and what to look at.
pub(super) fn scenario(name: &str) -> Option<(Scenario, &'static [&'static str])> {
    if name == NONE {
        let scenario = quiet(name, "Nothing happens by itself")?;
        return Some((scenario, &["nothing happens by itself"]));
    }
    let (_, sights) = TOLD.into_iter().find(|(told, _)| *told == name)?;
    let scenario = match name {
        CLIFF => quiet(name, "Most secrets end within nine days of March")?,
        SEED_CHECK => seed_check()?,
        _ => corpus::named(name).into_iter().next()?,
    };
    Some((scenario, sights))
}

/// The main story's estate and instant, with nothing that goes wrong.
fn quiet(name: &str, about: &str) -> Option<Scenario> {
    let main = corpus::named(MAIN).into_iter().next()?;
    Some(Scenario {
        name: name.to_owned(),
        about: about.to_owned(),
        slots: Vec::new(),
        faults: Vec::new(),
        ..main
    })
}

fn seed_check() -> Option<Scenario> {
    let (asset, _, lasts) = CHECKED;
    let about = "A journey of 10,000 contacts a day takes nobody in for four hours";
    let stall = Fault {
        at: SignedDuration::from_mins(30),
        kind: "asset_stall".to_owned(),
        asset: Some(asset.to_owned()),
        lasts: Some(lasts),
        ..Fault::default()
    };
    Some(Scenario {
        faults: vec![stall],
        ..quiet(SEED_CHECK, about)?
    })
}

/// What a story changes in the demo estate.
pub(super) fn adapt(name: &str, estate: &mut Estate) {
    let (asset, per_day, _) = CHECKED;
    let assets = estate.assets.iter_mut();
    for asset in assets.filter(|one| name == SEED_CHECK && one.id.as_str() == asset) {
        asset.volume_weekday = Some(per_day);
    }
}
