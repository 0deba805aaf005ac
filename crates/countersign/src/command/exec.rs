//! `exec INTEGRATION -- CMD…`: no token, no job. It stays as the job's parent, with a token endpoint on
//! loopback for the whole run.

mod environment;
mod guard;

use crate::agent::endpoint::Endpoint;
use crate::agent::gate::Gate;
use crate::agent::held::Held;
use crate::agent::holder::Holder;
use crate::agent::road::{Flow, NoToken, Road, now_ms};
use crate::args::{Args, ExecArgs, OnBrokerDown};
use crate::clients::{self, Client, Steered};
use crate::exit::Exit;
use crate::house::{bind, service};
use countersign_host::job::{Job, StartError, keep_to_ourselves, shell_code};
use countersign_host::task::Tasks;
use countersign_model::id::IntegrationId;
use environment::Surroundings;
use futures::FutureExt;
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::sync::Arc;

/// Hops a packet from the endpoint may travel: none.
const HOPS: u32 = 1;

/// Runs the command; its end is the job's. Whatever goes wrong before the start is one kind of end, and
/// never one that the job could have.
pub(crate) async fn run(args: &Args, exec: &ExecArgs) -> Result<(), Exit> {
    let started = AssertUnwindSafe(start(args, exec)).catch_unwind().await;
    let panicked = || Err(Exit::failed("it panicked, which is a fault of its own"));
    let started = started.unwrap_or_else(|_| panicked());
    let (job, started) = started.map_err(Exit::of_no_job)?;
    let ended = job.ended().await;
    started.tasks.stop().await;
    let code = shell_code(ended?);
    let token_ended = started
        .first
        .filter(|held| exec.env_token && held.valid_left_s(now_ms()) == 0);
    if token_ended.is_some() {
        eprintln!("countersign: the token in SFMC_ACCESS_TOKEN ended before the job did");
    }
    match code {
        0 => Ok(()),
        code => Err(Exit::job(code, "")),
    }
}

/// What stays here while the job runs.
struct Started {
    tasks: Tasks,
    first: Option<Arc<Held>>,
}

/// The job, with a token in hand and its endpoint beside it.
async fn start(args: &Args, exec: &ExecArgs) -> Result<(Job, Started), Exit> {
    let client = client(exec)?;
    let integration = exec
        .integration
        .parse::<IntegrationId>()
        .map_err(|error| Exit::input(format!("{}: {error}", exec.integration)))?;
    let road = Arc::new(Road::new(args, &exec.ask)?);
    keep_to_ourselves()?;
    let flow = match road.flow(&integration).await {
        Ok(flow) => flow,
        Err(why) if starts_without(exec, &why) => Flow::default(),
        Err(why) => return Err(Exit::no_job(why.words)),
    };
    let holder = Arc::new(Holder::new(integration, flow.mid, road, exec.min_ttl));
    let first = first(exec, &holder).await?;
    look_ahead(exec, client, &flow, first.as_deref())?;

    let (gate, key) = Gate::with_new_key();
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (listener, base) = bind("exec", at).await?;
    listener.set_ttl(HOPS)?;
    let endpoint = Endpoint::new(gate, [Arc::clone(&holder)]);
    let app = service(endpoint.router());
    let mut tasks = Tasks::default();
    tasks.spawn("job's token endpoint", async move {
        drop(axum::serve(listener, app).await);
    });
    let surroundings = Surroundings {
        base,
        key,
        integration: holder.integration.to_string(),
        mid: flow.mid,
        client,
        first: first.as_deref(),
        env_token: exec.env_token,
    };
    if !args.json {
        args.servers.warn();
    }
    let job = program(exec, &surroundings)?;
    Ok((job, Started { tasks, first }))
}

/// The client the job works with, if it is named and can be pointed at the endpoint.
fn client(exec: &ExecArgs) -> Result<Option<&'static Client>, Exit> {
    let Some(name) = &exec.client else {
        return Ok(None);
    };
    let client = clients::find(name).ok_or_else(|| Exit::no_job(clients::unknown(name)))?;
    match client.steered {
        Steered::ByUrl => Ok(Some(client)),
        Steered::Not { why, fix } => Err(Exit::no_job(format!(
            "{name} cannot be pointed at the job's endpoint: {why}. Fix: {fix}."
        ))),
    }
}

/// Without a broker, and told to: then the job starts without a token, if it can ask for one later.
fn starts_without(exec: &ExecArgs, why: &NoToken) -> bool {
    why.away && exec.on_broker_down == OnBrokerDown::Run && !exec.env_token
}

async fn first(exec: &ExecArgs, holder: &Holder) -> Result<Option<Arc<Held>>, Exit> {
    let asked = match exec.env_token {
        true => holder.longest().await,
        false => holder.first().await,
    };
    match asked {
        Ok(held) => {
            let (left, id) = (held.valid_left_s(now_ms()), &holder.integration);
            if held.will_not_last {
                eprintln!(
                    "countersign: {id}: this token ends in {left} s, and no longer one was to be had"
                );
            }
            Ok(Some(held))
        }
        Err(why) if starts_without(exec, &why) => {
            let id = &holder.integration;
            let words = &why.words;
            eprintln!(
                "countersign: {id}: {words}; the job starts without a token, and is told to wait \
                 when it asks for one"
            );
            holder.without(why).await;
            Ok(None)
        }
        Err(why) => Err(Exit::no_job(why.words)),
    }
}

/// Says before the start what will go wrong in its midst.
fn look_ahead(
    exec: &ExecArgs,
    client: Option<&Client>,
    flow: &Flow,
    first: Option<&Held>,
) -> Result<(), Exit> {
    let asks_again = !exec.env_token && client.is_none_or(|client| client.asks_again);
    let Some(held) = first.filter(|_| !asks_again) else {
        return Ok(());
    };
    let left_s = u64::try_from(held.valid_left_s(now_ms())).unwrap_or(0);
    let who = match client {
        Some(client) if !exec.env_token => client.name,
        _ => "a job with --env-token",
    };
    match guard::judge(flow.usual_s, left_s) {
        guard::Forecast::Fits => Ok(()),
        guard::Forecast::Unknown => {
            eprintln!("countersign: {}", guard::unknown(who, left_s));
            Ok(())
        }
        guard::Forecast::Outlives { usual_s } => {
            let words = guard::outlives(who, usual_s, left_s);
            if exec.anyway {
                eprintln!("countersign: {words} It starts all the same (--anyway).");
                return Ok(());
            }
            Err(Exit::no_job(format!("{words} {}", guard::FIX)))
        }
    }
}

fn program(exec: &ExecArgs, surroundings: &Surroundings<'_>) -> Result<Job, Exit> {
    let (program, arguments) = exec
        .command
        .split_first()
        .ok_or_else(|| Exit::no_job("name a program after --"))?;
    let mut command = Command::new(program);
    command.args(arguments);
    surroundings.put_into(&mut command);
    Job::start(command).map_err(|error| {
        let words = format!("{program}: {}", error.system());
        match error {
            StartError::Ours(_) => Exit::no_job(words),
            StartError::Missing(_) => Exit::job(127, words),
            StartError::NotRunnable(_) => Exit::job(126, words),
        }
    })
}
