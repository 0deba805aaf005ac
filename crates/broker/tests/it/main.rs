//! The broker on a real vault, in front of a token endpoint that counts. Gated on counts, not times.

mod canary;
mod endpoint;
mod flights;
mod house;
mod isolation;
mod legacy;
mod passage;
mod refusals;
mod restart;
mod sightings;
