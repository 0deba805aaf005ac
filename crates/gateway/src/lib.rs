//! The gateway: takes a consumer's call with a bearer of ours, forwards it with the slot's real
//! token, and tells what came of it.
//!
//! Floor 4, sealed wing. It knows a [`port::TokenSource`] and neither broker nor vault. Start at
//! [`proxy::Gateway`].

mod allow;
mod answer;
mod dead;
mod echo;
mod hosts;
mod inject;
mod path;
mod people;
pub mod port;
pub mod proxy;
mod rewrite;
mod road;
mod route;
mod strip;

pub use hosts::Hosts;
