//! Settings: what was written ([`RawSettings`]: file, then environment, then flags) becomes what is
//! meant ([`Settings`]). All faults are reported at once, each with its name and its fix.

use crate::environment;
use ipnet::IpNet;
use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What was written in `countersign.toml`. Every field may also come from the environment as
/// `COUNTERSIGN_` + its name in capitals, except tables.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSettings {
    /// Address of dashboard and API.
    pub listen: Option<String>,
    /// Address of the broker.
    pub broker_listen: Option<String>,
    /// Address under which people reach the dashboard, for links in notices.
    pub public_url: Option<String>,
    /// Address under which clients reach the broker, where a proxy stands before it.
    pub broker_url: Option<String>,
    /// The gateway may also send tokens to this machine: for a simulator on it.
    pub gateway_loopback: Option<bool>,
    /// Serve plain HTTP on an address others can reach: `true` only behind a proxy that does TLS.
    pub allow_plain_http: Option<bool>,
    /// Proxies whose `X-Forwarded-For` the broker believes, as networks. In the environment: with
    /// commas between.
    pub trusted_proxies: Option<Vec<String>>,
    /// File that holds the master key (32 bytes in base64).
    pub master_key_file: Option<String>,
    /// Command that prints the master key; run with `sh -c`.
    pub master_key_command: Option<String>,
    /// Where a separate broker sends its outcomes: the watch's base URL.
    pub watch_url: Option<String>,
    /// File that holds the ingest key for `watch_url`: what `source add --broker` showed on the watch.
    pub watch_token_file: Option<String>,
    /// Log filter, as in `info,countersign_broker=debug`.
    pub log: Option<String>,
    /// `text` or `json`.
    pub log_format: Option<String>,
    /// Where notices go; each table is one channel.
    #[serde(default)]
    pub notify: Vec<toml::Table>,
    /// When to page, where it differs from the defaults.
    #[serde(default)]
    pub rules: toml::Table,
    /// How long what is kept, where it differs from the defaults.
    #[serde(default)]
    pub keep: toml::Table,
    /// Log files that the watch follows; each table is one.
    #[serde(default)]
    pub tail: Vec<toml::Table>,
}

/// What is meant.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of dashboard and API. Default 127.0.0.1:8600.
    pub listen: SocketAddr,
    /// Address of the broker. Default 127.0.0.1:8601.
    pub broker_listen: SocketAddr,
    /// Base URL for links, without trailing slash; default: from the bound address.
    pub public_url: Option<String>,
    /// Base URL under which clients reach the broker, without trailing slash; default: as each
    /// reached it.
    pub broker_url: Option<String>,
    /// The gateway may also send tokens to this machine.
    pub gateway_loopback: bool,
    /// Plain HTTP on addresses that others can reach is asked for.
    pub allow_plain_http: bool,
    /// Proxies whose `X-Forwarded-For` the broker believes.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Base URL of a separate watch, and the file of its token.
    pub watch: Option<(String, PathBuf)>,
    /// Log filter.
    pub log: String,
    /// One JSON object a line.
    pub log_json: bool,
    /// Channels, as written; the watch gives them their meaning.
    pub notify: Vec<toml::Table>,
    /// Rules of paging, as written; the watch gives them their meaning.
    pub rules: toml::Table,
    /// Spans of keeping, as written; the watch gives them their meaning.
    pub keep: toml::Table,
    /// Log files to follow, as written; the watch gives them their meaning.
    pub tail: Vec<toml::Table>,
}

/// Where the master key comes from; the first that is set wins.
#[derive(Debug, Clone, Default)]
pub struct MasterKeySource {
    /// A number of an open descriptor, from `COUNTERSIGN_MASTER_KEY_FD`.
    pub descriptor: Option<u32>,
    /// A file.
    pub file: Option<PathBuf>,
    /// A command.
    pub command: Option<String>,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Faults {}

impl RawSettings {
    /// Reads the file (or `countersign.toml` in the data folder, if there is one), then lets the
    /// environment override it.
    ///
    /// # Errors
    /// [`Faults`] that name the file, the line and the field.
    pub fn load(file: Option<&Path>, data: &Path) -> Result<RawSettings, Faults> {
        let default = data.join("countersign.toml");
        let path = match file {
            Some(path) => Some(path),
            None => default.exists().then_some(default.as_path()),
        };
        let mut raw = match path {
            None => RawSettings::default(),
            Some(path) => Self::read(path)?,
        };
        raw.overlay(environment::read)?;
        Ok(raw)
    }

    fn read(path: &Path) -> Result<RawSettings, Faults> {
        let fault = |why: String| Faults(vec![format!("{}: {why}", path.display())]);
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        toml::from_str(&text).map_err(|error| fault(error.to_string()))
    }

    fn overlay(&mut self, read: impl Fn(&str) -> Option<String>) -> Result<(), Faults> {
        let fields: [(&str, &mut Option<String>); 10] = [
            ("LISTEN", &mut self.listen),
            ("BROKER_LISTEN", &mut self.broker_listen),
            ("PUBLIC_URL", &mut self.public_url),
            ("BROKER_URL", &mut self.broker_url),
            ("MASTER_KEY_FILE", &mut self.master_key_file),
            ("MASTER_KEY_COMMAND", &mut self.master_key_command),
            ("WATCH_URL", &mut self.watch_url),
            ("WATCH_TOKEN_FILE", &mut self.watch_token_file),
            ("LOG", &mut self.log),
            ("LOG_FORMAT", &mut self.log_format),
        ];
        for (name, field) in fields {
            if let Some(value) = read(&format!("COUNTERSIGN_{name}")) {
                *field = Some(value);
            }
        }
        if let Some(value) = read("COUNTERSIGN_TRUSTED_PROXIES") {
            let networks = value.split(',').map(|one| one.trim().to_owned());
            self.trusted_proxies = Some(networks.filter(|one| !one.is_empty()).collect());
        }
        let switches = [
            ("ALLOW_PLAIN_HTTP", &mut self.allow_plain_http),
            ("GATEWAY_LOOPBACK", &mut self.gateway_loopback),
        ];
        for (name, switch) in switches {
            if let Some(value) = read(&format!("COUNTERSIGN_{name}")) {
                let fault = || Faults(vec![format!("COUNTERSIGN_{name}: write true or false")]);
                *switch = Some(value.parse().map_err(|_| fault())?);
            }
        }
        Ok(())
    }

    /// Turns what was written into what is meant.
    ///
    /// # Errors
    /// [`Faults`], all at once.
    pub fn meant(self) -> Result<Settings, Faults> {
        let mut faults = Vec::new();
        let plain = self.allow_plain_http.unwrap_or(false);
        let mut address = |field: &str, text: Option<String>, default: &str| {
            let text = text.unwrap_or_else(|| default.to_owned());
            match text.parse::<SocketAddr>() {
                Ok(at) if !at.ip().is_loopback() && !plain => faults.push(reachable(field, at)),
                Ok(at) => return at,
                Err(_) => faults.push(format!("{field}: {text:?} is not ADDRESS:PORT")),
            }
            SocketAddr::from(([127, 0, 0, 1], 0))
        };
        let listen = address("listen", self.listen, "127.0.0.1:8600");
        let broker_listen = address("broker_listen", self.broker_listen, "127.0.0.1:8601");
        let log_json = match self.log_format.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => {
                faults.push(format!("log_format: {other:?} is neither text nor json"));
                false
            }
        };
        let mut trusted_proxies = Vec::new();
        for text in self.trusted_proxies.unwrap_or_default() {
            match text.parse::<IpNet>() {
                Ok(network) => trusted_proxies.push(network),
                Err(_) => faults.push(format!(
                    "trusted_proxies: {text:?} is no network; write one as in 10.0.0.5/32"
                )),
            }
        }
        let watch = match (self.watch_url, self.watch_token_file) {
            (None, None) => None,
            (Some(url), Some(file)) => {
                Some((url.trim_end_matches('/').to_owned(), PathBuf::from(file)))
            }
            _ => {
                faults.push("watch_url and watch_token_file belong together".to_owned());
                None
            }
        };
        let descriptor = match environment::read("COUNTERSIGN_MASTER_KEY_FD").map(|fd| fd.parse()) {
            None => None,
            Some(Ok(fd)) => Some(fd),
            Some(Err(_)) => {
                faults.push("COUNTERSIGN_MASTER_KEY_FD: write a descriptor's number".to_owned());
                None
            }
        };
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        Ok(Settings {
            listen,
            broker_listen,
            public_url: self
                .public_url
                .map(|url| url.trim_end_matches('/').to_owned()),
            broker_url: self
                .broker_url
                .map(|url| url.trim_end_matches('/').to_owned()),
            gateway_loopback: self.gateway_loopback.unwrap_or(false),
            allow_plain_http: plain,
            trusted_proxies,
            master_key: MasterKeySource {
                descriptor,
                file: self.master_key_file.map(PathBuf::from),
                command: self.master_key_command,
            },
            watch,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_json,
            notify: self.notify,
            rules: self.rules,
            keep: self.keep,
            tail: self.tail,
        })
    }
}

impl Settings {
    /// Refuses an address that other machines can reach, unless that is asked for.
    ///
    /// # Errors
    /// A sentence that names `field` and what to do.
    pub fn keep_inside(&self, field: &str, at: SocketAddr) -> Result<(), String> {
        match at.ip().is_loopback() || self.allow_plain_http {
            true => Ok(()),
            false => Err(reachable(field, at)),
        }
    }
}

fn reachable(field: &str, at: SocketAddr) -> String {
    format!(
        "{field}: {at} can be reached from other machines without TLS; listen on 127.0.0.1 behind a \
         proxy that does TLS, or say allow_plain_http = true"
    )
}

#[cfg(test)]
mod tests;
