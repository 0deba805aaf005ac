//! `agent INTEGRATION… --listen …`: the endpoint of `exec`, for programs that run on. It fetches ahead,
//! and when the broker is away it serves what it has to 5 s before its end.

use crate::agent::consumer::Consumer;
use crate::agent::endpoint::Endpoint;
use crate::agent::gate::Gate;
use crate::agent::holder::Holder;
use crate::agent::road::Road;
use crate::agent::unix::OwnSocket;
use crate::args::{AgentArgs, Args};
use crate::command::estate;
use crate::exit::Exit;
use crate::house::{bind, service};
use crate::output;
use countersign_host::task::Tasks;
use countersign_host::{environment, signal};
use countersign_model::id::IntegrationId;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a key of one's own comes from.
const KEY: &str = "COUNTERSIGN_AGENT_KEY";
/// Hops a packet from the endpoint may travel: none.
const HOPS: u32 = 1;

/// Where it listens.
enum Place {
    Loopback(SocketAddr),
    Socket(PathBuf),
}

/// Runs until the process is asked to stop.
pub(crate) async fn run(args: &Args, agent: &AgentArgs) -> Result<(), Exit> {
    let place = place(&agent.listen)?;
    let mut holders = Vec::new();
    for id in &agent.integrations {
        let id = id
            .parse()
            .map_err(|error| Exit::input(format!("{id}: {error}")))?;
        holders.push(holder(args, id, agent).await?);
    }
    let mut tasks = Tasks::default();
    for holder in &holders {
        tasks.spawn("agent's next token", Arc::clone(holder).keep());
    }
    match place {
        Place::Loopback(at) => {
            let (gate, made) = gate()?;
            let (listener, base) = bind("--listen", at).await?;
            listener.set_ttl(HOPS)?;
            announce(args, agent, &base, made.as_deref());
            let app = service(Endpoint::new(gate, holders).router());
            tasks.spawn("agent's endpoint", async move {
                drop(axum::serve(listener, app).await);
            });
        }
        Place::Socket(path) => {
            let listener = OwnSocket::bind(&path).await?;
            announce(args, agent, &format!("unix:{}", path.display()), None);
            let app = Endpoint::new(Gate::Socket, holders).router();
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

/// A key from the environment, or a new one that is shown.
fn gate() -> Result<(Gate, Option<String>), Exit> {
    match environment::read(KEY) {
        Some(key) => {
            let gate = Gate::with_key(&key).map_err(|why| Exit::input(format!("{KEY}: {why}")))?;
            Ok((gate, None))
        }
        None => {
            let (gate, key) = Gate::with_new_key();
            Ok((gate, Some(key)))
        }
    }
}

/// A holder of an integration; without a broker it starts all the same, and learns the MID never.
async fn holder(args: &Args, id: IntegrationId, agent: &AgentArgs) -> Result<Arc<Holder>, Exit> {
    let road = Road::new(args, Consumer::of(&agent.ask)?);
    let mut mid = None;
    match road.link() {
        _ if road.is_consumer() => {}
        Ok(link) => match estate::of_broker(&link).await {
            Ok(estate) => {
                let unknown = || Exit::input(format!("integration {id} is not in the estate"));
                mid = estate.mid_of(estate.integration(&id).ok_or_else(unknown)?);
            }
            Err(exit) => eprintln!("countersign: {id}: {}", exit.words),
        },
        Err(exit) => eprintln!("countersign: {id}: {}", exit.words),
    }
    Ok(Arc::new(Holder::new(id, mid, road, agent.min_ttl)))
}

fn announce(args: &Args, agent: &AgentArgs, base: &str, made: Option<&str>) {
    let ids = &agent.integrations;
    if args.json {
        output::document(&json!({
            "listen": base, "token_url": format!("{base}/v2/token"), "client_ids": ids,
            "client_secret": made,
        }));
        return;
    }
    println!("token endpoint  {base}/v2/token");
    println!("client_id       {}", ids.join(", "));
    match made {
        Some(key) => {
            println!("client_secret   {key}");
            println!("                (of this run; set {KEY} to choose one that stays)");
        }
        None if base.starts_with("unix:") => {
            println!("client_secret   any: the kernel says who asks")
        }
        None => println!("client_secret   the one in {KEY}"),
    }
}
