//! Asking the broker as a consumer, with its id and key: all that a machine elsewhere needs to hold. What
//! it is handed, the real token or a bearer for the gateway, is what the consumer is to be handed.

use crate::agent::held::{Held, LAST_S, Parts};
use crate::agent::road::{NoToken, now_ms};
use crate::args::{Args, AskAs};
use crate::exit::Exit;
use crate::link::keep_private;
use crate::secret_input;
use countersign_host::run_file::RunFile;
use countersign_host::{environment, http};
use countersign_secret::Secret;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// Where its key comes from, unless a file is named: never an argument.
pub(crate) const KEY: &str = "COUNTERSIGN_CONSUMER_KEY";
/// Total time for one request.
const REQUEST: Duration = Duration::from_secs(15);
/// Said of a token that will not last.
const REMARK: &str = "x-countersign-remark";
/// Said of the platform's own token, and of no bearer for the gateway.
const GENERATION: &str = "x-countersign-generation";

/// A consumer's id and key, and where it asks.
pub(crate) struct Consumer {
    id: String,
    key: Secret,
    broker: Option<String>,
    /// The MID it asks for; without one, the broker takes the consumer's own.
    pub(super) account_id: Option<u64>,
    client: reqwest::Client,
}

impl Consumer {
    /// The consumer these arguments name; none if they name none.
    pub(crate) fn of(args: &Args, ask: &AskAs) -> Result<Option<Consumer>, Exit> {
        let Some(id) = &ask.consumer else {
            return Ok(None);
        };
        if let Some(broker) = &ask.broker {
            keep_private("--broker", broker, args.servers.allow_plain_http)?;
        }
        let key = match &ask.consumer_key_file {
            Some(file) => secret_input::from_file(file)?,
            None => environment::read(KEY).ok_or_else(|| {
                Exit::input(format!(
                    "--consumer {id}: put its key into {KEY}, or name its file with --consumer-key-file"
                ))
            })?,
        };
        Ok(Some(Consumer {
            id: id.clone(),
            key: Secret::from(key),
            broker: ask.broker.clone(),
            account_id: ask.account_id,
            client: http::client(REQUEST).build()?,
        }))
    }

    /// A token as this consumer is handed it, of the business unit `mid` or of its own. Its least life is
    /// that of the consumer; `min_ttl_s` only says whether it is enough.
    pub(super) async fn token(
        &self,
        data: &Path,
        mid: Option<u64>,
        min_ttl_s: u64,
    ) -> Result<Held, NoToken> {
        let base = match &self.broker {
            Some(base) => base.clone(),
            None => RunFile::read(data)
                .and_then(|run| run.broker)
                .ok_or_else(|| NoToken::away(format!("no broker runs on {}", data.display())))?,
        };
        let mut body = self.key.expose(|key| {
            json!({
                "grant_type": "client_credentials",
                "client_id": self.id,
                "client_secret": String::from_utf8_lossy(key),
            })
        });
        if let Some(mid) = mid {
            body["account_id"] = json!(mid);
        }
        let url = format!("{}/v2/token", base.trim_end_matches('/'));
        let sent = self.client.post(url).json(&body).send().await;
        let response = sent.map_err(|_| NoToken::away(format!("nobody answers at {base}")))?;
        let status = response.status().as_u16();
        let said_of_it = Remarks {
            will_not_last: response.headers().contains_key(REMARK),
            for_gateway: !response.headers().contains_key(GENERATION),
        };
        let body: Value = response.json().await.unwrap_or(Value::Null);
        let at_ms = now_ms();
        match status {
            200 => read(body, at_ms, min_ttl_s, &said_of_it)
                .ok_or_else(|| NoToken::away("the broker's answer holds no token")),
            500..=502 | 504 => Err(NoToken::away(format!("the broker answered {status}"))),
            _ => {
                let words = said(&body).unwrap_or_else(|| format!("the broker answered {status}"));
                Err(match status {
                    403 => NoToken::denied(words),
                    _ => NoToken::refused(words),
                })
            }
        }
    }
}

/// What the broker's headers say of a token.
struct Remarks {
    will_not_last: bool,
    for_gateway: bool,
}

/// Why the broker said no, in its words.
fn said(body: &Value) -> Option<String> {
    let words = body["error_description"]
        .as_str()
        .or(body["message"].as_str());
    words.map(str::to_owned)
}

/// The broker's answer. What a consumer is told is the time in which it may use the token; the real end
/// is later and not its business.
fn read(mut body: Value, at_ms: i64, min_ttl_s: u64, remarks: &Remarks) -> Option<Held> {
    let Value::String(token) = body["access_token"].take() else {
        return None;
    };
    let life_s = body["expires_in"].as_i64()?;
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Some(Held::from(Parts {
        token,
        scope: text("scope").unwrap_or_default(),
        rest_url: text("rest_instance_url"),
        soap_url: text("soap_instance_url"),
        at_ms,
        plan_s: life_s,
        valid_s: life_s.saturating_add(LAST_S),
        lifetime_s: life_s,
        will_not_last: remarks.will_not_last
            || u64::try_from(life_s).is_ok_and(|life| life < min_ttl_s),
        for_gateway: remarks.for_gateway,
    }))
}
