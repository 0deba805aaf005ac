//! The product as a person runs it: processes, folders, exit codes, loopback.

mod commands;
mod demo;
mod house;
mod sdk;
mod sdk_core;
mod serve;
