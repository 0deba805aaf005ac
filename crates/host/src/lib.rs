//! Everything the operating system gives a process, once: time, chance, signals, tasks, files, and
//! the connections of a listener.
//!
//! Floor 3, open wing. No other room asks the system for the time or for random bytes; they are
//! handed a [`clock::Clock`] and an [`entropy::Entropy`].

pub mod clock;
pub mod doorbell;
pub mod entity_tag;
pub mod entropy;
pub mod environment;
pub mod file;
pub mod http;
pub mod job;
pub mod listen;
pub mod pace;
pub mod reached;
pub mod run_file;
pub mod settings;
pub mod signal;
pub mod task;
pub mod telemetry;
