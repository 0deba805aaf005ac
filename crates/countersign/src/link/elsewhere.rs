//! Servers that the command line names, each with its bearer, and what is refused before a bearer goes
//! there.

use crate::args::{Args, ServerArgs};
use crate::exit::Exit;
use crate::secret_input;
use std::net::IpAddr;
use std::path::PathBuf;

/// Servers that the command line names, each with its bearer.
#[derive(Clone)]
pub(crate) struct Elsewhere {
    pub(super) server: Option<(String, String)>,
    pub(super) broker: Option<(String, String)>,
}

impl Elsewhere {
    /// What these arguments name, if they name any. A bearer comes from a file, a variable or, since
    /// it may be that nobody else is on the machine, an argument.
    pub(crate) fn of(args: &Args) -> Result<Option<Elsewhere>, Exit> {
        let ServerArgs {
            server,
            broker_server,
            token,
            token_file,
            broker_token,
            broker_token_file,
            allow_plain_http,
            ..
        } = &args.servers;
        let named = |flag: &str, url: &Option<String>, text: &Option<String>, file| {
            let Some(url) = url else { return Ok(None) };
            keep_private(flag, url, *allow_plain_http)?;
            Ok::<_, Exit>(Some((url.clone(), bearer(flag, text.as_ref(), file)?)))
        };
        let elsewhere = Elsewhere {
            server: named("--server", server, token, token_file.as_ref())?,
            broker: named(
                "--broker-server",
                broker_server,
                broker_token,
                broker_token_file.as_ref(),
            )?,
        };
        let any = elsewhere.server.is_some() || elsewhere.broker.is_some();
        Ok(any.then_some(elsewhere))
    }
}

fn bearer(flag: &str, text: Option<&String>, file: Option<&PathBuf>) -> Result<String, Exit> {
    if let Some(file) = file {
        return secret_input::from_file(file);
    }
    text.cloned().ok_or_else(|| {
        let (variable, flag_file) = match flag {
            "--server" => ("COUNTERSIGN_TOKEN", "--token-file"),
            _ => ("COUNTERSIGN_BROKER_TOKEN", "--broker-token-file"),
        };
        Exit::input(format!(
            "{flag} needs its bearer: put it into {variable}, or name a file with {flag_file}"
        ))
    })
}

/// Refuses to send a key or a bearer over plain http to another machine, unless that is asked for.
pub(crate) fn keep_private(flag: &str, url: &str, allowed: bool) -> Result<(), Exit> {
    let parsed = reqwest::Url::parse(url).ok().filter(reqwest::Url::has_host);
    let Some(parsed) = parsed.filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return Err(Exit::input(format!(
            "{flag}: {url} is not a URL a server could be at"
        )));
    };
    if allowed || parsed.scheme() == "https" || is_loopback(parsed.host_str().unwrap_or_default()) {
        return Ok(());
    }
    Err(Exit::refused(format!(
        "{flag}: {url} is plain http to another machine, and whoever is on the way could read the key or \
         bearer that goes there. Use https; or, where the network itself is private, say \
         --allow-plain-http."
    )))
}

/// Whether a host of a URL is this machine by its very name.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::keep_private;
    use crate::exit::Code;

    #[test]
    fn a_key_goes_to_this_machine_or_over_tls_unless_told_otherwise() {
        for url in [
            "http://127.0.0.1:8601",
            "http://127.9.0.1",
            "http://[::1]:8601/",
            "http://LOCALHOST:8601",
            "https://tokens.example.com",
            "https://10.0.0.5:8601",
        ] {
            assert!(keep_private("--broker", url, false).is_ok(), "{url}");
        }
        for url in [
            "http://tokens.example.com",
            "http://10.0.0.5:8601",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@tokens.example.com",
            "HTTP://[fe80::1]:8601",
            "http://0.0.0.0:8601",
        ] {
            let refused = keep_private("--broker", url, false).expect_err(url);
            assert_eq!(refused.code, Code::Refused, "{url}");
            assert!(refused.words.contains("--allow-plain-http"), "{url}");
            assert!(keep_private("--broker", url, true).is_ok(), "{url}");
        }
        for url in [
            "tokens.example.com",
            "ftp://127.0.0.1",
            "http:",
            "",
            "unix:/x",
        ] {
            let wrong = keep_private("--broker", url, true).expect_err(url);
            assert_eq!(wrong.code, Code::Input, "{url}");
        }
    }
}
