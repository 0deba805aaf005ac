//! The demo's broker, which a story may restart: it stops, lets go of its vault, and opens it anew,
//! while the listener and everybody's addresses stay.

use crate::args::Args;
use crate::exit::Exit;
use crate::house::{InProcess, follow, open_broker};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use countersign_brokerd::{BrokerHand, BrokerPlane};
use countersign_host::clock::Clock;
use countersign_host::settings::Settings;
use countersign_host::task::Tasks;
use countersign_model::estate::Estate;
use countersign_watchd::{EstateSink, NotPut, Watch};
use futures::future::BoxFuture;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tower::ServiceExt;

/// Requests that were under way when the broker stopped are waited for this often and this long.
const LETTING_GO: Duration = Duration::from_millis(20);
const LETTING_GO_MAX: u32 = 500;

/// What it takes to open the broker again.
struct Plan {
    data: PathBuf,
    settings: Settings,
    clock: Clock,
    run_token: String,
}

struct Running {
    plane: BrokerPlane,
    tasks: Tasks,
}

/// A broker that can be restarted in place. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Stand(Arc<Inner>);

struct Inner {
    plan: Plan,
    running: Mutex<Option<Running>>,
    /// What the listener serves now; replaced by every start.
    router: RwLock<Router>,
    watch: std::sync::OnceLock<Watch>,
}

impl Stand {
    /// Opens the broker; it runs once the watch is there.
    pub(crate) async fn open(
        args: &Args,
        settings: &Settings,
        clock: &Clock,
        run_token: &str,
    ) -> Result<Stand, Exit> {
        let plan = Plan {
            data: args.data.clone(),
            settings: settings.clone(),
            clock: clock.clone(),
            run_token: run_token.to_owned(),
        };
        let plane = plan.open().await?;
        let router = RwLock::new(plane.router());
        let running = Mutex::new(Some(Running {
            plane,
            tasks: Tasks::default(),
        }));
        let watch = std::sync::OnceLock::new();
        Ok(Stand(Arc::new(Inner {
            plan,
            running,
            router,
            watch,
        })))
    }

    /// Starts the work.
    pub(crate) async fn start(&self, watch: Watch) {
        let watch = self.0.watch.get_or_init(|| watch).clone();
        if let Some(Running { plane, tasks }) = self.0.running.lock().await.as_mut() {
            plane.start(tasks, Some(Arc::new(InProcess(watch))));
        }
    }

    /// What its listener serves, across restarts.
    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(forward).with_state(self.clone())
    }

    /// A handle to the broker that runs now.
    pub(crate) async fn hand(&self) -> Result<BrokerHand, Exit> {
        let running = self.0.running.lock().await;
        let plane = running.as_ref().map(|running| running.plane.hand());
        plane.ok_or_else(|| Exit::away("the demo's broker is down"))
    }

    /// Stops the broker and opens it again from its vault.
    pub(crate) async fn restart(&self) -> Result<(), Exit> {
        let mut running = self.0.running.lock().await;
        if let Some(Running { plane, tasks }) = running.take() {
            tasks.stop().await;
            self.serve(Router::new());
            drop(plane);
        }
        let mut plane = self.0.plan.open_again().await?;
        let mut tasks = Tasks::default();
        if let Some(watch) = self.0.watch.get() {
            plane.start(&mut tasks, Some(Arc::new(InProcess(watch.clone()))));
        }
        self.serve(plane.router());
        *running = Some(Running { plane, tasks });
        Ok(())
    }

    fn serve(&self, router: Router) {
        *self
            .0
            .router
            .write()
            .unwrap_or_else(PoisonError::into_inner) = router;
    }
}

impl Plan {
    async fn open(&self) -> Result<BrokerPlane, Exit> {
        let (clock, token) = (self.clock.clone(), self.run_token.clone());
        open_broker(&self.data, &self.settings, clock, token, false).await
    }

    /// Opens it once the last request of the one before has let go of the vault.
    async fn open_again(&self) -> Result<BrokerPlane, Exit> {
        let mut opened = self.open().await;
        for _ in 0..LETTING_GO_MAX {
            if opened.is_ok() {
                break;
            }
            tokio::time::sleep(LETTING_GO).await;
            opened = self.open().await;
        }
        opened
    }
}

async fn forward(State(stand): State<Stand>, request: Request) -> Response {
    let router = stand
        .0
        .router
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    // A router's error type has no values.
    let Ok(response) = router.oneshot(request).await;
    response
}

impl EstateSink for Stand {
    fn put(&self, before: Option<Estate>, next: Estate) -> BoxFuture<'_, Result<(), NotPut>> {
        Box::pin(async move {
            let hand = self.hand().await;
            let hand = hand.map_err(|exit| NotPut::Refused(exit.words))?;
            follow(hand, before, next).await
        })
    }
}
