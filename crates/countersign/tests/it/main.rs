//! The product as a person runs it: processes, folders, exit codes, loopback.

mod agent;
mod apart;
mod commands;
mod connect;
mod demo;
mod exec;
mod grants;
mod house;
mod job;
mod leave;
mod sdk;
mod sdk_core;
mod serve;
mod telemetry;
