//! `demo`: a simulated tenant, the demo estate, both planes, and a story, in one process.

mod callers;
mod folder;
mod stand;
mod story;

use crate::args::{Args, DemoArgs};
use crate::exit::Exit;
use crate::house::{bind, run_token, service, settings_that_log};
use crate::output;
use callers::Callers;
use countersign_brokerd::BrokerHand;
use countersign_host::clock::{Clock, ClockControl};
use countersign_host::listen::{self, Limits};
use countersign_host::run_file::RunFile;
use countersign_host::signal;
use countersign_host::task::Tasks;
use countersign_model::SignedDuration;
use countersign_model::estate::{CredentialKind, Estate, VendMode};
use countersign_model::id::IntegrationId;
use countersign_sim::Simulator;
use countersign_sim::life::Life;
use countersign_watchd::{Options, WatchPlane};
use serde_json::{Value, json};
use stand::Stand;
use std::sync::Arc;
use story::Story;

/// Time before it in which every slot gets its first token, so that the estate is in mid-flight.
const PRELUDE: SignedDuration = SignedDuration::from_mins(18);
/// What the demo's tenant answers as a token's life, and how long it really lives, seconds.
const EXPIRES_IN_S: u32 = 1_199;
const VALIDITY_S: u32 = 1_319;
/// The integration whose consumers people may use: no story touches it.
const OPEN_INTEGRATION: &str = "INT-007";
/// Least life of a token a demo consumer is handed, seconds.
const MIN_TTL_S: u64 = 400;
/// Ids of incidents and notices come from this, so that every run tells the same.
const SEED: u64 = 7;
/// What it logs unless told otherwise: a line for each of its many mints would carry the link away.
const LOG: &str = "warn";
/// Who did it, in the audit chain.
const ACTOR: &str = "demo";

/// Runs the demo until the process is asked to stop.
pub(crate) async fn run(args: &Args, demo: &DemoArgs) -> Result<(), Exit> {
    if demo.list {
        return story::list(args);
    }
    let story = story::find(&demo.story)?;
    if !(demo.speed > 0.0 && demo.speed <= 10_000.0) {
        return Err(Exit::input("--speed: a number above 0 and at most 10000"));
    }
    let mut settings = settings_that_log(args, Some(&demo.listen), Some(LOG))?;
    let start = story.start();
    let begin = start - PRELUDE;
    for (field, at) in [
        ("--sim-listen", demo.sim_listen),
        ("--sim-control-listen", demo.sim_control_listen),
    ] {
        settings.keep_inside(field, at).map_err(Exit::input)?;
    }
    settings.master_key = folder::prepare(&args.data, begin).await?;
    // The tenant is a simulator on this machine.
    settings.gateway_loopback = true;

    let (clock, control) = Clock::stepped(begin, 0.0);
    let mut tasks = Tasks::default();
    let moving = control.clone();
    tasks.spawn("clock", async move { moving.run().await });

    let (sim_listener, sim_url) = bind("sim_listen", demo.sim_listen).await?;
    let (control_listener, sim_control_url) =
        bind("sim_control_listen", demo.sim_control_listen).await?;
    let (broker_listener, broker_url) = bind("broker_listen", settings.broker_listen).await?;
    let (listener, dashboard_url) = bind("listen", settings.listen).await?;

    let mut estate = story.estate();
    for tenant in &mut estate.tenants {
        tenant.auth_url = Some(sim_url.clone());
    }
    for credential in &mut estate.credentials {
        if credential.kind == CredentialKind::CrmOauth {
            credential.token_url = Some(format!("{sim_url}/services/oauth2/token"));
        }
    }
    let simulator = simulator(&estate, &clock, &control, &sim_url)?;
    let (tenant, steering) = (
        service(simulator.router()),
        service(simulator.control_router()),
    );
    tasks.spawn("simulator", async move {
        drop(axum::serve(sim_listener, tenant).await)
    });
    tasks.spawn("simulator control", async move {
        drop(axum::serve(control_listener, steering).await);
    });

    let past = story.past(&estate, begin, demo.fresh).await?;
    let life = Life::new(&story.scenario, &estate, &past, simulator.clone());
    let life = life.map_err(|error| Exit::failed(error.to_string()))?;
    estate.planned.extend(life.planned());

    let token = run_token();
    let stand = Stand::open(args, &settings, &clock, &token).await?;
    let hand = stand.hand().await?;
    let mut watch = WatchPlane::open(Options {
        data: args.data.clone(),
        clock: clock.clone(),
        base_url: dashboard_url.clone(),
        notify: settings.notify.clone(),
        rules: settings.rules.clone(),
        keep: settings.keep.clone(),
        tail: Vec::new(),
        run_token: token.clone(),
        estate_sink: Some(Arc::new(stand.clone())),
        seed: Some(SEED),
    })
    .await?;
    watch.watch.set_estate(estate.clone()).await?;
    folder::remember(watch.watch.store(), past).await?;
    watch.start(&mut tasks);
    stand.start(watch.watch.clone()).await;
    hand.estate_put(&estate, ACTOR)
        .await
        .map_err(Exit::failed)?;
    let watch_app = service(watch.router());
    let serving = listen::serve(broker_listener, stand.router(), Limits::default());
    tasks.spawn("broker listener", async move {
        serving.await;
    });
    tasks.spawn("dashboard listener", async move {
        drop(axum::serve(listener, watch_app).await);
    });

    let callers = Callers::new(life, &watch.watch, &clock);
    let prelude = story::Prelude {
        story: &story,
        estate: &estate,
        simulator: &simulator,
        hand: &hand,
        callers: &callers,
        clock: &clock,
        control: &control,
    };
    prelude.play().await?;
    let consumers = OpenConsumers {
        direct: open_consumer(&hand, &estate, VendMode::Direct).await?,
        gateway: open_consumer(&hand, &estate, VendMode::Gateway).await?,
    };
    for one in [&consumers.direct, &consumers.gateway] {
        let known = simulator.core_app_add(&one.client_id, &one.client_secret);
        known.map_err(|error| Exit::failed(error.to_string()))?;
    }
    callers.hire(&estate, &stand, &hand).await?;
    let run_file = RunFile {
        pid: std::process::id(),
        dashboard: Some(dashboard_url),
        broker: Some(broker_url),
        sim: Some(sim_url),
        sim_control: Some(sim_control_url),
        token,
    };
    run_file.write(&args.data)?;
    let sign_in = watch.sign_in_link().await?;
    announce(args, demo, &story, &run_file, &sign_in, &consumers);
    drop(hand);
    callers.start(&mut tasks);
    story::play(&mut tasks, story, stand, clock);
    control.set_speed(demo.speed);

    let ended = tokio::select! {
        asked = signal::asked_to_stop() => asked.map_err(Exit::from),
        task = tasks.any_ended() => Err(Exit::failed(format!("a task ended by itself: {task:?}"))),
    };
    watch.close();
    run_file.remove(&args.data);
    ended
}

fn simulator(
    estate: &Estate,
    clock: &Clock,
    control: &ClockControl,
    url: &str,
) -> Result<Simulator, Exit> {
    let simulator = Simulator::new(estate, clock.clone(), Some(control.clone()), SEED, url);
    for (name, value) in [("expires_in", EXPIRES_IN_S), ("validity", VALIDITY_S)] {
        let set = simulator.set_switch(name, &value.to_string());
        set.map_err(|error| Exit::failed(error.to_string()))?;
    }
    Ok(simulator)
}

/// The consumers people may use.
struct OpenConsumers {
    direct: OpenConsumer,
    gateway: OpenConsumer,
}

/// One of them.
struct OpenConsumer {
    integration: IntegrationId,
    client_id: String,
    client_secret: String,
    account_id: u64,
    data_extension_key: String,
}

impl OpenConsumer {
    fn json(&self) -> Value {
        json!({
            "integration": self.integration,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "account_id": self.account_id,
            "data_extension_key": self.data_extension_key,
        })
    }
}

async fn open_consumer(
    hand: &BrokerHand,
    estate: &Estate,
    vend: VendMode,
) -> Result<OpenConsumer, Exit> {
    let integration: IntegrationId = OPEN_INTEGRATION.parse().expect("a literal id");
    let id = match vend {
        VendMode::Direct => "demo-direct",
        VendMode::Gateway => "demo-gateway",
    };
    let added = hand
        .consumer_add(&integration, id, MIN_TTL_S, vend, ACTOR)
        .await;
    let (client_id, client_secret, account_id) = added.map_err(Exit::failed)?;
    let bu = estate.integration(&integration).map(|flow| flow.bu.clone());
    let table = estate.assets.iter().find(|asset| {
        asset.kind == countersign_model::estate::AssetKind::DataExtension
            && Some(&asset.bu) == bu.as_ref()
    });
    let table = table.ok_or_else(|| Exit::failed("the demo estate lost its tables"))?;
    let data_extension_key = table.key.clone().unwrap_or_else(|| table.id.to_string());
    Ok(OpenConsumer {
        integration,
        client_id,
        client_secret,
        account_id,
        data_extension_key,
    })
}

fn announce(
    args: &Args,
    demo: &DemoArgs,
    story: &Story,
    run: &RunFile,
    sign_in: &str,
    consumers: &OpenConsumers,
) {
    if args.json {
        output::document(&json!({
            "dashboard": run.dashboard, "broker": run.broker,
            "sim": run.sim, "sim_control": run.sim_control,
            "sign_in": sign_in, "api_token": run.token,
            "consumers": {
                "direct": consumers.direct.json(),
                "gateway": consumers.gateway.json(),
            },
        }));
        return;
    }
    let url = |url: &Option<String>| url.clone().unwrap_or_default();
    println!("Countersign demo: a simulated tenant, 8 business units, 48 integrations.\n");
    println!("  dashboard   {}", url(&run.dashboard));
    println!("  sign in     {sign_in}");
    println!("              (works once, for 15 minutes)");
    println!("  broker      {}/v2/token", url(&run.broker));
    for (what, one) in [("consumer", &consumers.direct), ("", &consumers.gateway)] {
        println!("  {what:<10}  {}  key {}", one.client_id, one.client_secret);
    }
    println!(
        "  simulator   {}  control {}\n",
        url(&run.sim),
        url(&run.sim_control)
    );
    println!(
        "Story: {}, at {} times the wall's speed.",
        story.name(),
        demo.speed
    );
    for line in story.what_to_look_at() {
        println!("  {line}");
    }
    println!("\nBreak something yourself: countersign sim break INT-031 secret_expired");
}
