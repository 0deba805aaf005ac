//! A broker of our own: vault, driver, vendor, routes.

use countersign_broker::books::Books;
use countersign_broker::plane::{Broker, Options};
use countersign_host::clock::{Clock, wall_now};
use countersign_host::task::Tasks;
use countersign_model::estate::Estate;
use countersign_model::id::SlotId;
use countersign_refresh::Config;
use countersign_secret::{MasterKey, Secret};
use std::path::Path;
use tempfile::TempDir;

/// The bearer of people's commands.
pub(crate) const TOKEN: &str = "CANARY-run-token";

/// A running broker.
pub(crate) struct House {
    pub(crate) broker: Broker,
    pub(crate) folder: TempDir,
    _tasks: Tasks,
}

fn key() -> MasterKey {
    MasterKey::new([7; 32])
}

/// Opens the broker of a folder.
pub(crate) async fn open(folder: &Path) -> Broker {
    open_at(folder, Clock::system()).await
}

/// The same with a clock of the test's own.
pub(crate) async fn open_at(folder: &Path, clock: Clock) -> Broker {
    let options = options(folder, clock).await;
    Broker::open(options).await.expect("a broker")
}

async fn options(folder: &Path, clock: Clock) -> Options {
    let books = Books::open(folder, &key()).await.expect("a vault");
    Options {
        books,
        clock,
        run_token: TOKEN.to_owned(),
        config: Config::default(),
        public_url: None,
    }
}

/// Makes a vault in a folder.
pub(crate) async fn create(folder: &Path) {
    Books::create(folder, &key(), wall_now())
        .await
        .expect("a vault");
}

/// Opens the operations of a folder where no broker runs.
pub(crate) async fn open_offline(folder: &Path) -> Broker {
    Broker::open_offline(options(folder, Clock::system()).await)
        .await
        .expect("a broker")
}

impl House {
    /// A house of parts that exist.
    pub(crate) fn of(broker: Broker, folder: TempDir, tasks: Tasks) -> House {
        House {
            broker,
            folder,
            _tasks: tasks,
        }
    }

    /// A house with this estate, and a secret for each of its credentials.
    pub(crate) async fn with(estate: &Estate) -> House {
        let folder = tempfile::tempdir().expect("a folder");
        create(folder.path()).await;
        let mut broker = open(folder.path()).await;
        let mut tasks = Tasks::default();
        broker.start(&mut tasks, None);
        broker
            .admin()
            .estate_put(estate, "test")
            .await
            .expect("a sound estate");
        for credential in &estate.credentials {
            let secret = Secret::from(format!("CANARY-secret-{}", credential.id));
            broker
                .admin()
                .secret_put(&credential.id, secret, "test")
                .await
                .expect("sealed");
        }
        House {
            broker,
            folder,
            _tasks: tasks,
        }
    }

    /// Stops it; the folder stays.
    pub(crate) async fn stop(self) -> TempDir {
        let House {
            broker,
            folder,
            _tasks: tasks,
        } = self;
        tasks.stop().await;
        drop(broker);
        folder
    }
}

/// The slot of a credential of [`estate`].
pub(crate) fn slot(credential: &str, mid: u64) -> SlotId {
    SlotId::of(&credential.parse().expect("an id"), mid, None)
}

/// An estate with one business unit per URL, each with one credential `C-n` (MID `n`), on demand.
pub(crate) fn estate(urls: &[&str]) -> Estate {
    let mut text = String::from("version: 1\nname: test\ntenants:\n");
    let each = |line: &dyn Fn(usize, &str) -> String| -> String {
        urls.iter()
            .enumerate()
            .map(|(n, url)| line(n + 1, url))
            .collect()
    };
    text += &each(&|n, url| {
        format!(
            "  - {{ id: t{n}, subdomain: mctest-estate-not-a-real-{n:03}, auth_url: \"{url}\" }}\n"
        )
    });
    text += "business_units:\n";
    text += &each(&|n, _| {
        format!(
            "  - {{ id: BU-{n}, tenant: t{n}, mid: {n}, time_zone: UTC, on_call: Operations }}\n"
        )
    });
    text += "credentials:\n";
    text += &each(&|n, _| {
        format!(
            "  - {{ id: C-{n}, bu: BU-{n}, kind: s2s_v2, mode: brokered, client_id: c{n}, \
             scopes: [email_read, email_send] }}\n"
        )
    });
    text += "integrations:\n";
    text += &each(&|n, _| {
        format!(
            "  - {{ id: I-{n}, name: Mails, bu: BU-{n}, kind: on-demand, tier: T1, owner: Orders, \
             backup: Operations, credential: C-{n}, \
             strategy: {{ keep_warm: false, reason: minted when the test asks }} }}\n"
        )
    });
    countersign_feed::estate::decode(&text, countersign_feed::estate::Format::Yaml)
        .expect("a sound estate")
}
