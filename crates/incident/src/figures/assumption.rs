//! What figures rest on, in words. Each stands once in an impact, however many figures need it.

pub(crate) const BY_VOLUME: &str = "Volumes are those the estate declares for a weekday, with its \
     weekend factors, holidays and pauses; a day may bring a fifth more or less.";
pub(crate) const BY_SHAPE: &str = "Where nothing is scheduled, a day's volume spreads over its hours as the estate's \
     day shape says; without one, evenly.";
pub(crate) const BY_RUNS: &str = "Each planned run takes its even part of the day's volume.";
pub(crate) const BY_SHARE: &str = "It carries less than usual, and how much less is not counted: between nothing \
     and all of it is missing.";
pub(crate) const BY_VALUE: &str =
    "The value of one contact is what the estate's owner wrote into the estate.";
pub(crate) const ALL_OR_NONE: &str = "Contacts who are late or got old data may be worth as much as ever, or \
     nothing: the range holds both.";
pub(crate) const LOST: &str =
    "An event that was refused is not sent again, and its moment is gone.";
pub(crate) const LAST_LOAD: &str = "Nothing reads this table's changes: the last planned load before the failure \
     is taken for good.";
pub(crate) const BY_CALLER: &str = "Nobody reports what waits at the caller: everything that would have \
     been sent since is taken to wait there.";
pub(crate) const BY_AGE: &str = "Messages wait in the order in which they would have been sent.";
pub(crate) const BY_QUEUE_AGE: &str =
    "The ages of what waits in Marketing Cloud lie evenly between now and the oldest.";
