//! The product as a person runs it: processes, folders, exit codes, loopback.

mod apart;
mod commands;
mod demo;
mod house;
mod sdk;
mod serve;
