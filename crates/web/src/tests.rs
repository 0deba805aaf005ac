//! The listener as its users see it: requests in, answers out, on a real store.

mod access;
mod api;
mod house;
mod otlp;
mod outside;
mod pages;
mod ping;
mod response;
mod sources;
mod tails;
