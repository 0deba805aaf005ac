//! The platform as its clients and its admins see it: requests in, answers out, time an argument.

mod arbitrary;
mod faults;
mod house;
mod limits;
mod mint;
mod rest;
mod rotation;
mod soap;
