//! The platform as its clients and its admins see it: requests in, answers out, time an argument.

mod arbitrary;
mod consent;
mod core;
mod faults;
mod grants;
mod house;
mod legacy;
mod library;
mod limits;
mod mint;
mod rest;
mod rotation;
mod soap;
