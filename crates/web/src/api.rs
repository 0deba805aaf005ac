//! The JSON API, one endpoint a file: parse, call, map.

pub(crate) mod body;
pub(crate) mod estate;
pub(crate) mod expected;
pub(crate) mod findings;
pub(crate) mod history;
pub(crate) mod incidents;
pub(crate) mod integrations;
pub(crate) mod objectives;
pub(crate) mod otlp;
pub(crate) mod outcomes;
pub(crate) mod ping;
pub(crate) mod response;
pub(crate) mod sign_in_links;
pub(crate) mod sources;
pub(crate) mod status;
pub(crate) mod stream;
pub(crate) mod tails;
