//! The way to the broker, found anew for every request: a broker that restarts has a new address and
//! a new bearer, and the job beside us must not notice.

use crate::agent::consumer::Consumer;
use crate::agent::held::{Held, Parts};
use crate::args::{Args, AskAs};
use crate::command::estate;
use crate::exit::{Code, Exit};
use crate::link::{Elsewhere, Link, escaped};
use countersign_host::clock;
use countersign_model::id::IntegrationId;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// Total time for one token, the broker's own wait for a flight included.
const TOKEN: Duration = Duration::from_secs(15);
/// When to ask again after the broker had no token, or was away, seconds.
pub(super) const RETRY_S: u64 = 5;

/// How to find the broker, and as whom to ask it.
pub(crate) struct Road {
    data: PathBuf,
    elsewhere: Option<Elsewhere>,
    consumer: Option<Consumer>,
}

/// What is known of an integration.
#[derive(Default)]
pub(crate) struct Flow {
    /// Its MID.
    pub(crate) mid: Option<u64>,
    /// How long it usually runs, seconds.
    pub(crate) usual_s: Option<u64>,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoToken {
    /// The broker could not be reached; otherwise it said no.
    pub(crate) away: bool,
    /// It was said no to for good: another request of the same kind gets the same answer.
    pub(crate) denied: bool,
    /// In words.
    pub(crate) words: String,
    /// When asking again may help, seconds.
    pub(crate) retry_after_s: u64,
}

impl NoToken {
    /// The broker could not be reached.
    pub(super) fn away(words: impl Into<String>) -> NoToken {
        NoToken {
            away: true,
            ..NoToken::refused(words)
        }
    }

    /// The broker has no token to give; it may have one when it is asked again.
    pub(super) fn refused(words: impl Into<String>) -> NoToken {
        NoToken {
            away: false,
            denied: false,
            words: words.into(),
            retry_after_s: RETRY_S,
        }
    }

    /// No, and asking again changes nothing.
    pub(super) fn denied(words: impl Into<String>) -> NoToken {
        NoToken {
            denied: true,
            ..NoToken::refused(words)
        }
    }

    fn of(exit: Exit) -> NoToken {
        NoToken {
            away: exit.code == Code::Away,
            ..NoToken::refused(exit.words)
        }
    }
}

/// Milliseconds since the machine started: a clock that nobody sets back, and that goes on while the
/// machine sleeps.
pub(crate) fn now_ms() -> i64 {
    i64::try_from(clock::since_boot().as_millis()).unwrap_or(i64::MAX)
}

impl Road {
    /// The way these arguments name: as the operator, or as a consumer.
    pub(crate) fn new(args: &Args, ask: &AskAs) -> Result<Road, Exit> {
        Ok(Road {
            data: args.data.clone(),
            elsewhere: Elsewhere::of(args)?,
            consumer: Consumer::of(args, ask)?,
        })
    }

    /// Whether it asks as a consumer, who knows nothing of the estate.
    pub(crate) fn is_consumer(&self) -> bool {
        self.consumer.is_some()
    }

    /// What is known of an integration before its first token: from the estate, or, for a consumer, from
    /// the command line alone.
    pub(crate) async fn flow(&self, id: &IntegrationId) -> Result<Flow, NoToken> {
        if let Some(consumer) = &self.consumer {
            let mid = consumer.account_id;
            return Ok(Flow { mid, usual_s: None });
        }
        let link = self.link().map_err(NoToken::of)?;
        let estate = estate::of_broker(&link).await.map_err(NoToken::of)?;
        let unknown = || NoToken::denied(format!("integration {id} is not in the estate"));
        let flow = estate.integration(id).ok_or_else(unknown)?;
        let usual = flow.schedule.as_ref().and_then(|plan| plan.usual_min);
        Ok(Flow {
            mid: estate.mid_of(flow),
            usual_s: usual.map(|minutes| u64::from(minutes) * 60),
        })
    }

    /// The broker as it can be reached now. Never opens a store: a job beside a broker that restarts
    /// must not hold its lock.
    fn link(&self) -> Result<Link, Exit> {
        Link::running(&self.data, self.elsewhere.as_ref())
    }

    /// A token of an integration, with at least `min_ttl_s` of life if there is one. A consumer may name
    /// the business unit; an operator is handed that of the integration.
    pub(crate) async fn token(
        &self,
        integration: &str,
        mid: Option<u64>,
        min_ttl_s: u64,
    ) -> Result<Held, NoToken> {
        if let Some(consumer) = &self.consumer {
            let asked = consumer.token(&self.data, mid, min_ttl_s);
            let answer = tokio::time::timeout(TOKEN, asked).await;
            return answer.unwrap_or_else(|_| Err(NoToken::away("the broker does not answer")));
        }
        let link = self.link().map_err(|exit| NoToken::away(exit.words))?;
        let id = escaped(integration);
        let path = format!("/admin/api/v1/integrations/{id}/token?min_ttl={min_ttl_s}");
        let asked = tokio::time::timeout(TOKEN, link.broker("POST", &path, None));
        let answer = match asked.await {
            Err(_) => return Err(NoToken::away("the broker does not answer")),
            Ok(Err(exit)) => return Err(NoToken::away(exit.words)),
            Ok(Ok(answer)) => answer,
        };
        let (status, at_ms) = (answer.status, now_ms());
        if status == 401 || (500..=502).contains(&status) {
            return Err(NoToken::away(format!("the broker answered {status}")));
        }
        let body = answer.checked().map_err(|exit| NoToken {
            away: exit.code == Code::Failed,
            ..NoToken::refused(exit.words)
        })?;
        read(body, at_ms).ok_or_else(|| NoToken::away("the broker's answer holds no token"))
    }
}

/// The broker's answer as a held token.
fn read(mut body: Value, at_ms: i64) -> Option<Held> {
    let Value::String(token) = body["access_token"].take() else {
        return None;
    };
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Some(Held::from(Parts {
        token,
        scope: text("scope").unwrap_or_default(),
        rest_url: text("rest_instance_url"),
        soap_url: text("soap_instance_url"),
        at_ms,
        plan_s: body["expires_in"].as_i64()?,
        valid_s: body["valid_for"].as_i64()?,
        lifetime_s: body["lifetime"].as_i64()?,
        will_not_last: body["will_not_last"].as_bool()?,
        for_gateway: false,
    }))
}
