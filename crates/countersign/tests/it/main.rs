//! The product as a person runs it: processes, folders, exit codes, loopback.

mod agent;
mod agent_legacy;
mod analyze;
mod apart;
mod backtest;
mod commands;
mod connect;
mod demo;
mod elsewhere;
mod exec;
mod exec_refused;
mod exec_secrets;
mod exec_signals;
mod grants;
mod house;
mod incident;
mod job;
mod leave;
mod pair;
mod sdk;
mod sdk_core;
mod serve;
mod simulate;
mod tail;
mod telemetry;
