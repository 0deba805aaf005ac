//! Any interleaving of evidence over any graph: one incident for one cause, and none that changes its
//! past.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod graph;
mod interleaving;
mod room;
mod split;
