//! What the job finds in its environment, and what is taken out of it.

use crate::agent::held::Held;
use crate::clients::{self, Client, Filling};
use countersign_host::environment;
use std::process::Command;

/// How names of our own secrets end.
const SECRETS: [&str; 4] = ["KEY", "TOKEN", "SECRET", "PASSWORD"];

/// Whether a variable is ours and never a job's, or of an earlier set-up that ours takes the place of.
fn is_taken(name: &str) -> bool {
    let ours = name.strip_prefix("COUNTERSIGN_");
    let secret = ours.is_some_and(|rest| SECRETS.iter().any(|word| rest.ends_with(word)));
    let earlier = ["SFMC_", "FUELSDK_"]
        .iter()
        .any(|start| name.starts_with(start));
    secret || earlier
}

/// Variables that send a program's requests through a proxy.
const PROXIES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];
/// And those that keep some of them out of it.
const NO_PROXIES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// What is known when the job starts.
pub(super) struct Surroundings<'a> {
    /// Base URL of its endpoint.
    pub(super) base: String,
    /// The key of this run.
    pub(super) key: String,
    /// Whose tokens.
    pub(super) integration: String,
    /// The MID, if it is known.
    pub(super) mid: Option<u64>,
    /// What it works with, if that was named.
    pub(super) client: Option<&'static Client>,
    /// The token at the start.
    pub(super) first: Option<&'a Held>,
    /// Whether the token itself is wanted.
    pub(super) env_token: bool,
}

impl Surroundings<'_> {
    /// Writes it into the environment of `command`, and nowhere else: no argument, no file.
    pub(super) fn put_into(&self, command: &mut Command) {
        for name in environment::names().iter().filter(|name| is_taken(name)) {
            command.env_remove(name);
        }
        let account_id = self.mid.map(|mid| mid.to_string()).unwrap_or_default();
        let own = [
            ("COUNTERSIGN_TOKEN_URL", format!("{}/v2/token", self.base)),
            (
                "COUNTERSIGN_SDK_AUTH_URL",
                clients::fragment_url(&self.base),
            ),
            ("SFMC_AUTH_BASE_URI", self.base.clone()),
            ("SFMC_CLIENT_ID", self.integration.clone()),
            ("SFMC_CLIENT_SECRET", self.key.clone()),
            ("SFMC_ACCOUNT_ID", account_id.clone()),
        ];
        command.envs(own.into_iter().filter(|(_, value)| !value.is_empty()));
        let soap = self.first.and_then(|held| held.soap_url.as_deref());
        let soap = soap.unwrap_or_default().trim_end_matches('/');
        let filling = Filling {
            base: &self.base,
            client_id: &self.integration,
            key: &self.key,
            account_id: &account_id,
            wsdl_url: &format!("{soap}/etframework.wsdl"),
        };
        let more = self.client.map_or([].as_slice(), |client| client.env);
        command.envs(
            more.iter()
                .map(|(name, value)| (name, clients::fill(value, &filling))),
        );
        if let Some(held) = self.first {
            let urls = [
                ("SFMC_REST_URL", &held.rest_url),
                ("SFMC_SOAP_URL", &held.soap_url),
            ];
            command.envs(
                urls.into_iter()
                    .filter_map(|(name, url)| Some((name, url.as_ref()?))),
            );
            if self.env_token {
                held.lend(|token| {
                    command.env("SFMC_ACCESS_TOKEN", token);
                });
            }
        }
        if PROXIES.iter().any(|name| environment::read(name).is_some()) {
            for name in NO_PROXIES {
                let kept = environment::read(name).map_or(String::new(), |kept| kept + ",");
                command.env(name, format!("{kept}127.0.0.1"));
            }
        }
    }
}
