//! The listener as its users see it: requests in, answers out, on a real store.

mod access;
mod api;
mod house;
mod outside;
mod pages;
mod sources;
