//! What the pages and the status answer show, computed from model values: pure functions of
//! (estate, statuses, incidents, findings, now), so that every sentence is tested without a server.

pub(crate) mod asset;
pub(crate) mod card;
pub(crate) mod chain;
pub(crate) mod delivery;
pub(crate) mod finding;
pub(crate) mod headline;
pub(crate) mod horizon;
pub(crate) mod impact;
pub(crate) mod incident;
pub(crate) mod next;
pub(crate) mod place;
pub(crate) mod promise;
pub(crate) mod response;
pub(crate) mod today;
pub(crate) mod todo;
pub(crate) mod unit;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod sample;
