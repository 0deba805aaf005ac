//! Both planes in one process, as `serve` and `demo` run them, and as commands open them offline.

use crate::args::{Args, ListenArgs};
use crate::exit::Exit;
use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use countersign_brokerd::{
    BrokerHand, BrokerPlane, NotFollowed, OpenError, Options as BrokerOptions,
};
use countersign_host::clock::Clock;
use countersign_host::entropy::Entropy;
use countersign_host::settings::{RawSettings, Settings};
use countersign_host::telemetry;
use countersign_model::estate::Estate;
use countersign_model::outcome::Outcome;
use countersign_watchd::{EstateSink, NotPut, Options as WatchOptions, WatchPlane};
use data_encoding::BASE64URL_NOPAD;
use futures::future::BoxFuture;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use tokio::net::TcpListener;

/// The settings of this command: file, environment, flags.
pub(crate) fn settings(args: &Args, listen: Option<&ListenArgs>) -> Result<Settings, Exit> {
    settings_that_log(args, listen, None)
}

/// The same, with a log filter of its own for where none is written.
pub(crate) fn settings_that_log(
    args: &Args,
    listen: Option<&ListenArgs>,
    log: Option<&str>,
) -> Result<Settings, Exit> {
    let input = |faults: countersign_host::settings::Faults| Exit::input(faults.to_string());
    let mut raw = RawSettings::load(args.config.as_deref(), &args.data).map_err(input)?;
    if let Some(listen) = listen {
        if listen.listen.is_some() {
            raw.listen.clone_from(&listen.listen);
        }
        if listen.broker_listen.is_some() {
            raw.broker_listen.clone_from(&listen.broker_listen);
        }
    }
    raw.log = raw.log.or_else(|| log.map(str::to_owned));
    let settings = raw.meant().map_err(input)?;
    telemetry::install(&settings.log, settings.log_json).map_err(Exit::input)?;
    Ok(settings)
}

/// A bearer for one run.
pub(crate) fn run_token() -> String {
    BASE64URL_NOPAD.encode(&Entropy::default().bytes_32())
}

/// Binds an address, or says which could not be bound.
pub(crate) async fn bind(name: &str, at: SocketAddr) -> Result<(TcpListener, String), Exit> {
    let listener = TcpListener::bind(at).await.map_err(|error| {
        Exit::failed(format!(
            "{name}: {at} cannot be used: {error} (port 0 picks a free one)"
        ))
    })?;
    let bound = listener.local_addr()?;
    Ok((listener, format!("http://{bound}")))
}

/// A router as a listener serves it, with the caller's address.
pub(crate) fn service(router: Router) -> IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    router.into_make_service_with_connect_info::<SocketAddr>()
}

/// The routes of both planes, without listeners.
pub(crate) struct Offline {
    /// Dashboard and API, or why they cannot be had.
    pub(crate) dashboard: Result<Router, String>,
    /// The broker's operations, or why they cannot be had.
    pub(crate) broker: Result<Router, String>,
    /// The bearer of both.
    pub(crate) token: String,
}

/// Opens the stores of a folder where no server runs.
pub(crate) async fn offline(args: &Args) -> Result<Offline, Exit> {
    if !args.data.is_dir() {
        let folder = args.data.display();
        return Err(Exit::away(format!(
            "no server runs on {folder}, and there is no such folder: countersign init"
        )));
    }
    let settings = settings(args, None)?;
    let token = run_token();
    let folder = args.data.display();
    // The vault first: a key that is refused leaves the folder as it was.
    let broker = if countersign_brokerd::vault_exists(&args.data) {
        let plane =
            open_broker(&args.data, &settings, Clock::system(), token.clone(), true).await?;
        Ok(plane.router())
    } else {
        Err(format!("{folder} holds no vault: countersign init"))
    };
    let dashboard = if countersign_watchd::ledger_exists(&args.data) {
        let watch = WatchPlane::open(WatchOptions {
            data: args.data.clone(),
            clock: Clock::system(),
            base_url: "http://127.0.0.1".to_owned(),
            notify: Vec::new(),
            rules: settings.rules.clone(),
            keep: settings.keep.clone(),
            tail: Vec::new(),
            run_token: token.clone(),
            estate_sink: None,
            seed: None,
        });
        Ok(watch.await.map_err(not_opened)?.router())
    } else {
        Err(format!("{folder} holds no watch.db: countersign init"))
    };
    Ok(Offline {
        dashboard,
        broker,
        token,
    })
}

/// Why the watch was not opened: its configuration, or a ledger that is held, foreign or newer.
pub(crate) fn not_opened(error: countersign_watchd::OpenError) -> Exit {
    let refused = error.is_refusal();
    match error {
        countersign_watchd::OpenError::Settings(faults) => Exit::input(faults.join("\n")),
        countersign_watchd::OpenError::Store(error) if refused => Exit::refused(error.to_string()),
        other @ countersign_watchd::OpenError::Store(_) => other.into(),
    }
}

/// Opens the broker; a key that is missing, malformed or wrong is a refusal.
pub(crate) async fn open_broker(
    data: &Path,
    settings: &Settings,
    clock: Clock,
    run_token: String,
    offline: bool,
) -> Result<BrokerPlane, Exit> {
    let key = countersign_brokerd::master_key(&settings.master_key)
        .await
        .map_err(|error| Exit::refused(error.to_string()))?;
    let options = BrokerOptions {
        data: data.to_owned(),
        clock,
        run_token,
        loopback: settings.gateway_loopback,
        public_url: settings.broker_url.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
    };
    let opened = if offline {
        BrokerPlane::open_offline(options, &key).await
    } else {
        BrokerPlane::open(options, &key).await
    };
    opened.map_err(|error| match error {
        OpenError::Refused(why) => Exit::refused(why),
        other => other.into(),
    })
}

/// The road from a broker to the watch in the same process.
pub(crate) struct InProcess(pub(crate) countersign_watchd::Watch);

impl countersign_brokerd::Road for InProcess {
    fn carry(
        &self,
        batch: Vec<Outcome>,
    ) -> Pin<Box<dyn Future<Output = Result<(), countersign_brokerd::RoadError>> + Send + '_>> {
        Box::pin(async move {
            let taken = self.0.outcomes(batch).await;
            taken
                .map(|_| ())
                .map_err(|error| countersign_brokerd::RoadError(error.to_string()))
        })
    }
}

/// The way of an estate from the dashboard to the broker in the same process.
pub(crate) struct ToBroker(pub(crate) BrokerHand);

impl EstateSink for ToBroker {
    fn put(&self, before: Option<Estate>, next: Estate) -> BoxFuture<'_, Result<(), NotPut>> {
        Box::pin(follow(self.0.clone(), before, next))
    }
}

/// Takes the broker from the watch's estate to its next one.
pub(crate) async fn follow(
    hand: BrokerHand,
    before: Option<Estate>,
    next: Estate,
) -> Result<(), NotPut> {
    let followed = hand.estate_follow(before.as_ref(), &next, "operator").await;
    followed.map_err(|error| match error {
        NotFollowed::Other => NotPut::Other,
        NotFollowed::Refused(why) => NotPut::Refused(why),
    })
}
