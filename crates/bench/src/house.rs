//! A real broker on a real vault, in front of a simulated tenant.

use countersign_brokerd::{BrokerPlane, Options, create_vault, new_master_key};
use countersign_host::clock::{Clock, wall_now};
use countersign_host::entropy::Entropy;
use countersign_host::task::Tasks;
use countersign_model::estate::VendMode;
use countersign_sim::{Simulator, secret_for};
use std::net::SocketAddr;
use tempfile::TempDir;

/// The integration whose slot is vended.
const INTEGRATION: &str = "INT-007";

/// A running broker and everything it needs.
pub(crate) struct House {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// A consumer's id.
    pub(crate) client_id: String,
    /// A consumer's key.
    pub(crate) client_secret: String,
    simulator: Simulator,
    _plane: BrokerPlane,
    _tasks: Tasks,
    _folder: TempDir,
}

impl House {
    /// Token requests the simulator answered with a token.
    pub(crate) fn mints(&self) -> u64 {
        self.simulator.mints()
    }
}

/// Opens it with one credential in the vault and a consumer of the real token.
pub(crate) async fn open() -> anyhow::Result<House> {
    open_with(VendMode::Direct, None).await
}

/// Opens it with a consumer of the gateway, whose calls go to `upstream`.
pub(crate) async fn open_for_gateway(upstream: SocketAddr) -> anyhow::Result<House> {
    open_with(VendMode::Gateway, Some(upstream)).await
}

async fn open_with(vend: VendMode, upstream: Option<SocketAddr>) -> anyhow::Result<House> {
    let folder = tempfile::tempdir()?;
    let mut tasks = Tasks::default();
    let tenant = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let tenant_url = format!("http://{}", tenant.local_addr()?);
    let mut estate = countersign_feed::demo_estate();
    for one in &mut estate.tenants {
        one.auth_url = Some(tenant_url.clone());
    }
    // The token answer names where calls go.
    let calls = upstream.map_or(tenant_url.clone(), |upstream| format!("http://{upstream}"));
    let simulator = Simulator::new(&estate, Clock::system(), None, 7, &calls);
    let app = simulator.router();
    tasks.spawn(
        "tenant",
        async move { drop(axum::serve(tenant, app).await) },
    );

    let (key, _) = new_master_key(&Entropy::default());
    create_vault(folder.path(), &key, wall_now()).await?;
    let options = Options {
        data: folder.path().to_owned(),
        clock: Clock::system(),
        run_token: "bench".to_owned(),
        loopback: true,
        public_url: None,
        trusted_proxies: Vec::new(),
    };
    let mut plane = BrokerPlane::open(options, &key).await?;
    plane.start(&mut tasks, None);
    let hand = plane.hand();
    let failed = |why: String| anyhow::anyhow!(why);
    hand.estate_put(&estate, "bench").await.map_err(failed)?;
    let integration = INTEGRATION.parse()?;
    let credential = INTEGRATION.parse()?;
    let secret = secret_for(&estate, &credential).ok_or_else(|| failed("no secret".to_owned()))?;
    hand.secret_put(&credential, secret, "bench")
        .await
        .map_err(failed)?;
    let consumer = hand
        .consumer_add(&integration, "bench", 0, vend, "bench")
        .await
        .map_err(failed)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = plane
        .router()
        .into_make_service_with_connect_info::<SocketAddr>();
    tasks.spawn(
        "broker",
        async move { drop(axum::serve(listener, app).await) },
    );
    Ok(House {
        address,
        client_id: consumer.0,
        client_secret: consumer.1,
        simulator,
        _plane: plane,
        _tasks: tasks,
        _folder: folder,
    })
}
