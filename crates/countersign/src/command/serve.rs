//! `serve`: the real thing.

use crate::args::{Args, Role, ServeArgs};
use crate::exit::Exit;
use crate::house::{
    InProcess, ToBroker, bind, not_opened, open_broker, run_token, service, settings,
};
use crate::output;
use countersign_brokerd::{BrokerPlane, Road, WatchRoad};
use countersign_host::clock::Clock;
use countersign_host::listen::{self, Limits};
use countersign_host::run_file::RunFile;
use countersign_host::settings::Settings;
use countersign_host::task::Tasks;
use countersign_host::{file, signal};
use countersign_watchd::{EstateSink, Options, WatchPlane};
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Runs the planes until the process is asked to stop.
pub(crate) async fn run(args: &Args, serve: &ServeArgs) -> Result<(), Exit> {
    let settings = settings(args, Some(&serve.listen))?;
    let token = run_token();
    let mut broker = None;
    if serve.role != Role::Watch {
        if !countersign_brokerd::vault_exists(&args.data) {
            let folder = args.data.display();
            return Err(Exit::refused(format!(
                "{folder} holds no vault: countersign init"
            )));
        }
        let plane =
            open_broker(&args.data, &settings, Clock::system(), token.clone(), false).await?;
        broker = Some((plane, bind("broker_listen", settings.broker_listen).await?));
    }
    let mut watch = None;
    if serve.role != Role::Broker {
        file::private_dir(&args.data)?;
        let bound = bind("listen", settings.listen).await?;
        let sink = broker
            .as_ref()
            .map(|(plane, _)| Arc::new(ToBroker(plane.hand())) as Arc<dyn EstateSink>);
        let plane = open_watch(args, &settings, &bound.1, token.clone(), sink).await?;
        watch = Some((plane, bound));
    }
    if let (Some((broker, _)), Some((watch, _))) = (&broker, &watch) {
        say_if_apart(broker, watch).await?;
    }
    let run_file = RunFile {
        pid: std::process::id(),
        dashboard: watch.as_ref().map(|(_, (_, url))| public(&settings, url)),
        broker: broker.as_ref().map(|(_, (_, url))| url.clone()),
        sim: None,
        sim_control: None,
        token,
    };
    run_file.write(&args.data)?;
    announce(args, &run_file, watch.as_ref().map(|(plane, _)| plane)).await?;
    let ended = serve_all(&settings, broker, watch).await;
    run_file.remove(&args.data);
    ended
}

fn public(settings: &Settings, bound: &str) -> String {
    settings
        .public_url
        .clone()
        .unwrap_or_else(|| bound.to_owned())
}

async fn open_watch(
    args: &Args,
    settings: &Settings,
    bound: &str,
    run_token: String,
    estate_sink: Option<Arc<dyn EstateSink>>,
) -> Result<WatchPlane, Exit> {
    let options = Options {
        data: args.data.clone(),
        clock: Clock::system(),
        base_url: public(settings, bound),
        notify: settings.notify.clone(),
        rules: settings.rules.clone(),
        keep: settings.keep.clone(),
        tail: settings.tail.clone(),
        run_token,
        estate_sink,
        seed: None,
    };
    WatchPlane::open(options).await.map_err(not_opened)
}

/// Says that the planes of this process work by different estates: one was applied to one of them alone.
async fn say_if_apart(broker: &BrokerPlane, watch: &WatchPlane) -> Result<(), Exit> {
    let ours = broker.hand().estate().await.map_err(Exit::failed)?;
    if ours != watch.watch.store().estate_get().await? {
        eprintln!(
            "The broker and the watch work by different estates: countersign estate plan FILE"
        );
        eprintln!("shows how, and countersign estate apply FILE makes them equal.");
    }
    Ok(())
}

async fn announce(args: &Args, run: &RunFile, watch: Option<&WatchPlane>) -> Result<(), Exit> {
    let sign_in = match watch {
        Some(watch) => Some(watch.sign_in_link().await?),
        None => None,
    };
    if args.json {
        output::document(
            &json!({ "dashboard": run.dashboard, "broker": run.broker, "sign_in": sign_in }),
        );
        return Ok(());
    }
    let line = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            println!("{name:<10} {value}");
        }
    };
    line("dashboard", &run.dashboard);
    line("broker", &run.broker);
    line("sign in", &sign_in);
    if run.dashboard.is_some() && run.broker.is_some() {
        println!("Both planes share this process; countersign-watchd and countersign-brokerd run");
        println!("them apart, as different users on different databases.");
    }
    Ok(())
}

type Bound = (TcpListener, String);

async fn serve_all(
    settings: &Settings,
    broker: Option<(BrokerPlane, Bound)>,
    watch: Option<(WatchPlane, Bound)>,
) -> Result<(), Exit> {
    let mut tasks = Tasks::default();
    let road: Option<Arc<dyn Road>> = match (&watch, &settings.watch) {
        (Some((plane, _)), _) => Some(Arc::new(InProcess(plane.watch.clone()))),
        (None, Some((base, file))) => {
            let token = std::fs::read_to_string(file).map_err(|error| {
                Exit::input(format!("watch_token_file {}: {error}", file.display()))
            })?;
            Some(Arc::new(WatchRoad::new(base, token.trim().to_owned())?))
        }
        (None, None) => None,
    };
    if let Some((mut plane, (listener, _))) = broker {
        plane.start(&mut tasks, road);
        let serving = listen::serve(listener, plane.router(), Limits::default());
        tasks.spawn("broker listener", async move {
            serving.await;
        });
    }
    let mut open_watch = None;
    if let Some((mut plane, (listener, _))) = watch {
        plane.start(&mut tasks);
        let app = service(plane.router());
        tasks.spawn("dashboard listener", async move {
            drop(axum::serve(listener, app).await);
        });
        open_watch = Some(plane);
    }
    let ended = tokio::select! {
        asked = signal::asked_to_stop() => asked.map_err(Exit::from),
        task = tasks.any_ended() => Err(Exit::failed(format!("a task ended by itself: {task:?}"))),
    };
    if let Some(plane) = open_watch {
        plane.close();
    }
    ended
}
