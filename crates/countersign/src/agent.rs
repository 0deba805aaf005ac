//! A token endpoint beside the program that needs it: what `exec` puts up for one job, and `agent`
//! for as long as it runs. Memory only; what it hands out it got from the broker.
//!
//! [`holder::Holder`] keeps one integration's token and asks the broker for the next one;
//! [`held::Held`] is the pure part of it. [`road`] finds the broker, as the operator or as a
//! [`consumer::Consumer`]; [`endpoint`] speaks SFMC's shapes; [`gate`] says who may ask, and [`door`]
//! which key opens an agent's; [`unix`] listens on a socket for this user alone.

pub(crate) mod consumer;
pub(crate) mod door;
pub(crate) mod endpoint;
pub(crate) mod gate;
pub(crate) mod held;
pub(crate) mod holder;
pub(crate) mod road;
pub(crate) mod unix;
