//! The platform as its clients and its admins see it: requests in, answers out, time an argument.

mod arbitrary;
mod consent;
mod faults;
mod grants;
mod house;
mod legacy;
mod limits;
mod mint;
mod rest;
mod rotation;
mod soap;
