//! The vault as its user sees it, on real files.

#[path = "it/house.rs"]
mod house;

#[path = "it/audit.rs"]
mod audit;
#[path = "it/defects.rs"]
mod defects;
#[path = "it/grants.rs"]
mod grants;
#[path = "it/kill.rs"]
mod kill;
#[path = "it/opening.rs"]
mod opening;
#[path = "it/outbox.rs"]
mod outbox;
#[path = "it/records.rs"]
mod records;
#[path = "it/sealing.rs"]
mod sealing;
#[path = "it/slots.rs"]
mod slots;
