//! The gateway in front of upstreams that behave as told, with tokens from a source that counts.

mod calls;
mod hostile;
mod house;
mod read_only;
