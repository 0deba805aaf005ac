//! `sim`: the simulator alone; `sim break` and `sim mend` on a running one.

use crate::args::{Args, SimArgs, SimCommand};
use crate::command::estate;
use crate::exit::Exit;
use crate::house::{bind, service, settings};
use crate::output;
use countersign_host::clock::{Clock, wall_now};
use countersign_host::http;
use countersign_host::run_file::RunFile;
use countersign_host::signal;
use countersign_host::task::Tasks;
use countersign_model::estate::Estate;
use countersign_sim::scenario::Scenario;
use countersign_sim::{Simulator, switches};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a simulator's control listens unless told otherwise.
const CONTROL: &str = "http://127.0.0.1:8701";
/// Total time for one request to it.
const REQUEST: Duration = Duration::from_secs(10);

/// Runs the command.
pub(crate) async fn run(args: &Args, sim: &SimArgs) -> Result<(), Exit> {
    match &sim.command {
        None if sim.switches => {
            list_switches(args);
            Ok(())
        }
        None => serve(args, sim).await,
        Some(SimCommand::Break {
            target,
            fault,
            duration,
            share,
            latency,
            control,
        }) => {
            let mut body = json!({ "kind": fault });
            body["target"] = json!(target);
            let given = [
                ("for", duration.clone().map(Value::from)),
                ("share", share.map(Value::from)),
                ("latency", latency.clone().map(Value::from)),
            ];
            for (name, value) in given
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
            {
                body[name] = value;
            }
            let answer = ask(args, control.as_deref(), "/_sim/faults", &body).await?;
            if args.json {
                output::document(&answer);
            } else {
                println!("{target} is broken ({fault}). Mend it: countersign sim mend {target}");
            }
            Ok(())
        }
        Some(SimCommand::Mend { target, control }) => {
            let body = json!({ "target": target });
            let answer = ask(args, control.as_deref(), "/_sim/mend", &body).await?;
            if answer["mended"] == 0 {
                let why = format!("nothing of {target} is broken; GET /_sim/faults lists what is");
                return Err(Exit::input(why));
            }
            if args.json {
                output::document(&answer);
            } else {
                println!(
                    "{target} is mended ({} faults taken away).",
                    answer["mended"]
                );
            }
            Ok(())
        }
    }
}

fn list_switches(args: &Args) {
    for switch in switches() {
        if args.json {
            output::document(&json!({
                "name": switch.name, "default": switch.default, "about": switch.about,
            }));
        } else {
            println!("{:<28} {:<8} {}", switch.name, switch.default, switch.about);
        }
    }
}

async fn ask(args: &Args, control: Option<&str>, path: &str, body: &Value) -> Result<Value, Exit> {
    let running = RunFile::read(&args.data).and_then(|run| run.sim_control);
    let base = control
        .map(str::to_owned)
        .or(running)
        .unwrap_or_else(|| CONTROL.to_owned());
    let base = base.trim_end_matches('/');
    let sent = http::client(REQUEST)
        .build()?
        .post(format!("{base}{path}"))
        .json(body)
        .send()
        .await;
    let response = match sent {
        Ok(response) => response,
        Err(error) if error.is_builder() => {
            return Err(Exit::input(format!("--control: {base} is not a URL")));
        }
        Err(_) => return Err(Exit::away(format!("no simulator answers at {base}"))),
    };
    let status = response.status();
    let answer: Value = response.json().await.unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(answer);
    }
    let words = answer["error"].as_str().or(answer["detail"].as_str());
    Err(Exit::input(words.map_or(
        format!("the simulator answered {status}"),
        str::to_owned,
    )))
}

/// The faults to play, and the folder their file lies in.
fn scenario(sim: &SimArgs) -> Result<Option<(Scenario, PathBuf)>, Exit> {
    let Some(file) = &sim.faults else {
        return Ok(None);
    };
    let named = |why: String| Exit::input(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    let scenario = Scenario::parse(&text).map_err(|error| named(error.to_string()))?;
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    Ok(Some((scenario, folder)))
}

/// The estate to simulate: the one named, the scenario's or the demo's; its tenants are all this
/// simulator.
fn simulated(
    sim: &SimArgs,
    scenario: Option<&(Scenario, PathBuf)>,
    url: &str,
) -> Result<Estate, Exit> {
    let named = match (&sim.estate, scenario) {
        (Some(file), _) => Some(file.clone()),
        (None, Some((scenario, folder))) if scenario.estate != "demo" => {
            Some(folder.join(&scenario.estate))
        }
        _ => None,
    };
    let mut estate = match named {
        Some(file) => estate::read(&file)?,
        None => countersign_feed::demo_estate(),
    };
    for tenant in &mut estate.tenants {
        tenant.auth_url = Some(url.to_owned());
    }
    Ok(estate)
}

async fn serve(args: &Args, sim: &SimArgs) -> Result<(), Exit> {
    let settings = settings(args, None)?;
    for (field, at) in [
        ("--sim-listen", sim.sim_listen),
        ("--sim-control-listen", sim.sim_control_listen),
    ] {
        settings.keep_inside(field, at).map_err(Exit::input)?;
    }
    let scenario = scenario(sim)?;
    let (listener, url) = bind("sim_listen", sim.sim_listen).await?;
    let (control_listener, control_url) =
        bind("sim_control_listen", sim.sim_control_listen).await?;
    let estate = simulated(sim, scenario.as_ref(), &url)?;
    let start = scenario
        .as_ref()
        .map_or_else(wall_now, |(scenario, _)| scenario.start);
    let (clock, control) = Clock::stepped(start, 1.0);
    let mut tasks = Tasks::default();
    let moving = control.clone();
    tasks.spawn("clock", async move { moving.run().await });
    let simulator = Simulator::new(&estate, clock.clone(), Some(control), sim.seed, &url);
    for (name, value) in scenario.iter().flat_map(|(one, _)| &one.switches) {
        let set = simulator.set_switch(name, &value.to_string());
        set.map_err(|error| Exit::input(format!("--faults: switches: {error}")))?;
    }
    for pair in &sim.set {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| Exit::input(format!("--set {pair}: write NAME=VALUE")))?;
        let set = simulator.set_switch(name, value);
        set.map_err(|error| Exit::input(format!("--set {pair}: {error}")))?;
    }
    for fault in scenario.iter().flat_map(|(scenario, _)| &scenario.faults) {
        let checked = simulator.check(fault);
        checked.map_err(|error| Exit::input(format!("--faults: {}: {error}", fault.kind)))?;
    }
    let (tenant, steering) = (
        service(simulator.router()),
        service(simulator.control_router()),
    );
    tasks.spawn("simulator", async move {
        drop(axum::serve(listener, tenant).await)
    });
    tasks.spawn("control", async move {
        drop(axum::serve(control_listener, steering).await)
    });
    if args.json {
        output::document(&json!({ "sim": url, "sim_control": control_url }));
    } else {
        println!("simulator  {url}\ncontrol    {control_url}");
        println!("Client ids and secrets (a simulator's, so not secret): {control_url}/_sim/state");
    }
    if let Some((scenario, _)) = scenario {
        tasks.spawn("faults", async move {
            let mut hold = clock.hold();
            for fault in scenario.faults {
                hold = clock.rest_until(start + fault.at, hold).await;
                if let Err(error) = simulator.inject(&fault) {
                    tracing::error!(error = %error, "a fault could not be played");
                }
            }
            drop(hold);
            std::future::pending::<()>().await;
        });
    }
    tokio::select! {
        asked = signal::asked_to_stop() => asked.map_err(Exit::from),
        task = tasks.any_ended() => Err(Exit::failed(format!("a task ended by itself: {task:?}"))),
    }
}
