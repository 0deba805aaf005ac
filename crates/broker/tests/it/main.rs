//! The broker on a real vault, in front of a token endpoint that counts. Gated on counts, not times.

mod canary;
mod consent;
mod displaced;
mod endpoint;
mod estate;
mod exchange;
mod flights;
mod house;
mod isolation;
mod kill;
mod legacy;
mod passage;
mod provider;
mod refusals;
mod restart;
mod sightings;
mod slow;
mod withheld;
