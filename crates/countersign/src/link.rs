//! How commands reach a server: the one that runs on the data folder, one elsewhere, or, where none
//! runs, the same routes in this process. One way to do a thing, whoever carries the request.

mod answer;
mod elsewhere;
mod road;

use crate::args::Args;
use crate::exit::Exit;
use crate::house;
pub(crate) use answer::Answer;
use axum::Router;
use countersign_host::run_file::RunFile;
pub(crate) use elsewhere::{Elsewhere, keep_private};
pub(crate) use road::{Condition, escaped};
use road::{Road, plane_at};
use serde_json::Value;
use std::path::Path;

/// The two planes, as far as this command can reach them.
pub(crate) struct Link {
    dashboard: Road,
    broker: Road,
}

/// One of the two planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Watching and telling.
    Watch,
    /// Secrets and tokens.
    Broker,
}

impl Plane {
    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Plane::Watch => "watch",
            Plane::Broker => "broker",
        }
    }
}

impl Link {
    /// Finds the server, or opens the stores when none runs on the folder.
    pub(crate) async fn open(args: &Args) -> Result<Link, Exit> {
        if let Some(elsewhere) = Elsewhere::of(args)? {
            return Link::named(&elsewhere).await;
        }
        if RunFile::read(&args.data).is_some() {
            return Link::running(&args.data, None);
        }
        let offline = house::offline(args).await?;
        let here = |router: Result<Router, String>| match router {
            Ok(router) => Road::Here {
                router,
                token: offline.token.clone(),
            },
            Err(why) => Road::Away(Exit::away(why)),
        };
        Ok(Link {
            dashboard: here(offline.dashboard),
            broker: here(offline.broker),
        })
    }

    /// The planes that the command line names. `--server` may be either: the server says which.
    async fn named(elsewhere: &Elsewhere) -> Result<Link, Exit> {
        let mut link = Link::missing();
        if let Some((server, token)) = &elsewhere.server {
            match plane_at(server).await? {
                Plane::Watch => link.dashboard = Road::http(server, token),
                Plane::Broker => link.broker = Road::http(server, token),
            }
        }
        let Some((server, token)) = &elsewhere.broker else {
            return Ok(link);
        };
        if link.reaches(Plane::Broker) {
            return Err(Exit::input(
                "--server and --broker-server both name a broker: --server is the watch's",
            ));
        }
        match plane_at(server).await? {
            Plane::Broker => link.broker = Road::http(server, token),
            Plane::Watch => {
                return Err(Exit::input(format!(
                    "--broker-server: a watch answers at {server}, not a broker"
                )));
            }
        }
        Ok(link)
    }

    /// Finds a server that runs, for a command that needs the broker: the one named, where a lone
    /// `--server` is the broker's, or the one of the folder `data`. Opens no store and asks nobody.
    pub(crate) fn running(data: &Path, elsewhere: Option<&Elsewhere>) -> Result<Link, Exit> {
        if let Some(elsewhere) = elsewhere {
            let mut link = Link::missing();
            let (watch, broker) = match (&elsewhere.server, &elsewhere.broker) {
                (Some(watch), Some(broker)) => (Some(watch), Some(broker)),
                (one, other) => (None, one.as_ref().or(other.as_ref())),
            };
            if let Some((base, token)) = watch {
                link.dashboard = Road::http(base, token);
            }
            if let Some((base, token)) = broker {
                link.broker = Road::http(base, token);
            }
            return Ok(link);
        }
        let folder = data.display();
        let Some(run) = RunFile::read(data) else {
            let words = format!("no server runs on {folder}: countersign serve");
            return Err(Exit::away(words));
        };
        let road = |base: Option<String>, plane: Plane| match base {
            Some(base) => Road::http(&base, &run.token),
            None => Road::Away(Exit::away(format!(
                "no {name} runs on {folder}: run the command on the {name}'s folder, or name it with \
                 {flag} URL",
                name = plane.name(),
                flag = flag(plane),
            ))),
        };
        Ok(Link {
            dashboard: road(run.dashboard.clone(), Plane::Watch),
            broker: road(run.broker.clone(), Plane::Broker),
        })
    }

    /// Neither plane: no flag names one.
    fn missing() -> Link {
        let missing = |plane: Plane| {
            Road::Away(Exit::input(format!(
                "this needs the {}, and no flag names it: add {} URL (and its bearer)",
                plane.name(),
                flag(plane)
            )))
        };
        Link {
            dashboard: missing(Plane::Watch),
            broker: missing(Plane::Broker),
        }
    }

    /// The planes this command reaches; a sentence why, if it reaches none.
    pub(crate) fn planes(&self) -> Result<Vec<Plane>, Exit> {
        let all = [Plane::Broker, Plane::Watch].into_iter();
        let reached: Vec<Plane> = all.filter(|plane| self.reaches(*plane)).collect();
        match &self.dashboard {
            Road::Away(why) if reached.is_empty() => Err(why.clone()),
            _ => Ok(reached),
        }
    }

    /// Whether this command reaches a plane.
    pub(crate) fn reaches(&self, plane: Plane) -> bool {
        !matches!(self.road(plane), Road::Away(_))
    }

    fn road(&self, plane: Plane) -> &Road {
        match plane {
            Plane::Watch => &self.dashboard,
            Plane::Broker => &self.broker,
        }
    }

    /// Asks a plane's API.
    pub(crate) async fn ask(
        &self,
        plane: Plane,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask_if(plane, &Condition::Nothing, (method, path), body)
            .await
    }

    /// Asks a plane's API, under a condition.
    pub(crate) async fn ask_if(
        &self,
        plane: Plane,
        condition: &Condition,
        (method, path): (&str, &str),
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        let road = self.road(plane);
        road.ask(condition.header(), (method, path), body).await
    }

    /// Where programs reach the broker; none where none runs.
    pub(crate) fn broker_url(&self) -> Option<&str> {
        match &self.broker {
            Road::Http { base, .. } => Some(base),
            Road::Here { .. } | Road::Away(_) => None,
        }
    }

    /// Asks the dashboard's API.
    pub(crate) async fn dashboard(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask(Plane::Watch, method, path, body).await
    }

    /// Asks the broker's API.
    pub(crate) async fn broker(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Exit> {
        self.ask(Plane::Broker, method, path, body).await
    }
}

/// The flag that names a plane when the other one is named too.
fn flag(plane: Plane) -> &'static str {
    match plane {
        Plane::Watch => "--server",
        Plane::Broker => "--broker-server",
    }
}
