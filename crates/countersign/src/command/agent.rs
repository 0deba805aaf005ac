//! `agent INTEGRATION… --listen …`: the endpoint of `exec`, for programs that run on. It fetches ahead,
//! and when the broker is away it serves what it has to 5 s before its end.

use crate::agent::door::{self, Door, Known, Place};
use crate::agent::endpoint::Endpoint;
use crate::agent::holder::Holder;
use crate::agent::road::Road;
use crate::agent::unix::OwnSocket;
use crate::args::{AgentArgs, Args};
use crate::exit::Exit;
use crate::house::{bind, service};
use crate::output;
use countersign_host::job::keep_to_ourselves;
use countersign_host::signal;
use countersign_host::task::Tasks;
use countersign_model::id::IntegrationId;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Hops a packet from the endpoint may travel: none.
const HOPS: u32 = 1;

/// Runs until the process is asked to stop.
pub(crate) async fn run(args: &Args, agent: &AgentArgs) -> Result<(), Exit> {
    let place = place(&agent.listen)?;
    if agent.ask.consumer.is_some() && agent.integrations.len() > 1 {
        let words = "a consumer belongs to one integration: name one, or run an agent for each";
        return Err(Exit::input(words));
    }
    // Files first: nothing behind `/proc/self` can be opened afterwards.
    let door = Door::of(agent, &place)?;
    let road = Arc::new(Road::new(args, &agent.ask)?);
    keep_to_ourselves()?;
    let mut holders = Vec::new();
    for id in &agent.integrations {
        let id = id
            .parse()
            .map_err(|error| Exit::input(format!("{id}: {error}")))?;
        holders.push(holder(&road, id, agent.min_ttl).await?);
    }
    let mut tasks = Tasks::default();
    for holder in &holders {
        tasks.spawn("agent's next token", Arc::clone(holder).keep());
    }
    let app = Endpoint::new(door.gate.clone(), holders).router();
    match place {
        Place::Loopback(at) => {
            let (listener, base) = bind("--listen", at).await?;
            listener.set_ttl(HOPS)?;
            announce(args, agent, &base, &door.known);
            let app = service(app);
            tasks.spawn("agent's endpoint", async move {
                drop(axum::serve(listener, app).await);
            });
        }
        Place::Socket(path) => {
            let listener = OwnSocket::bind(&path).await?;
            announce(
                args,
                agent,
                &format!("unix:{}", path.display()),
                &door.known,
            );
            tasks.spawn("agent's endpoint", async move {
                drop(axum::serve(listener, app).await);
            });
        }
    }
    let ended = tokio::select! {
        asked = signal::asked_to_stop() => asked.map_err(Exit::from),
        task = tasks.any_ended() => Err(Exit::failed(format!("a task ended by itself: {task:?}"))),
    };
    tasks.stop().await;
    ended
}

fn place(text: &str) -> Result<Place, Exit> {
    if let Some(path) = text.strip_prefix("unix:") {
        return Ok(Place::Socket(PathBuf::from(path)));
    }
    let wrong = || {
        Exit::input(format!(
            "--listen {text}: write 127.0.0.1:PORT or unix:/PATH"
        ))
    };
    let at: SocketAddr = text.parse().map_err(|_| wrong())?;
    if !at.ip().is_loopback() {
        let words = "--listen: an agent is for programs on its own machine: 127.0.0.1 or a socket";
        return Err(Exit::refused(words));
    }
    Ok(Place::Loopback(at))
}

/// A holder of an integration; without a broker it starts all the same, and learns the MID when a caller
/// names one.
async fn holder(road: &Arc<Road>, id: IntegrationId, min_ttl_s: u64) -> Result<Arc<Holder>, Exit> {
    let mid = match road.flow(&id).await {
        Ok(flow) => flow.mid,
        Err(why) if why.denied => return Err(Exit::input(why.words)),
        Err(why) => {
            eprintln!("countersign: {id}: {}", why.words);
            None
        }
    };
    let road = Arc::clone(road);
    Ok(Arc::new(Holder::new(id, mid, road, min_ttl_s)))
}

/// Tells where it is and where its key is. The key itself is told if that was asked for.
fn announce(args: &Args, agent: &AgentArgs, base: &str, known: &Known) {
    let ids = &agent.integrations;
    if args.json {
        let made = match known {
            Known::Printed(key) => Some(key.as_str()),
            _ => None,
        };
        output::document(&json!({
            "listen": base, "token_url": format!("{base}/v2/token"), "client_ids": ids,
            "client_secret": made, "key_file": agent.key_file,
        }));
        return;
    }
    println!("token endpoint  {base}/v2/token");
    println!("client_id       {}", ids.join(", "));
    match known {
        Known::Nobody => println!("client_secret   any: the kernel says who asks"),
        Known::Variable => println!("client_secret   the one in {}", door::KEY),
        Known::File(path) => println!("client_secret   the one in {}", path.display()),
        Known::Printed(key) => {
            println!("client_secret   {key}");
            println!("                (of this run; --key-file keeps one over restarts)");
        }
    }
}
