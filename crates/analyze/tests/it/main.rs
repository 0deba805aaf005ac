//! Logs of every kind, from files to incidents.

mod formats;
mod house;
mod incidents;
mod trouble;
