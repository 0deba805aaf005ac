//! What a root cause means in an estate: whose it is, and where its harm begins.

use countersign_model::estate::{BusinessUnit, Credential, CredentialKind, Estate, Integration};
use countersign_model::graph::Node;
use countersign_model::id::IntegrationId;
use countersign_model::incident::RootCause;

/// A root cause with the flows that hang on it.
pub(crate) struct Cause<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) root: &'a RootCause,
    pub(crate) integrations: Vec<&'a Integration>,
}

impl<'a> Cause<'a> {
    /// `seen`: the integrations in whose traffic it was seen; for a credential all of its own count.
    pub(crate) fn of(estate: &'a Estate, root: &'a RootCause, seen: &[IntegrationId]) -> Cause<'a> {
        let hangs = |integration: &&Integration| match root {
            RootCause::Credential(id) => {
                integration.credential == *id || seen.contains(&integration.id)
            }
            RootCause::Asset(id) => integration.feeds.contains(id),
            _ => seen.contains(&integration.id),
        };
        let mut integrations: Vec<_> = estate.integrations.iter().filter(hangs).collect();
        integrations.sort_by_key(|integration| integration.tier);
        Cause {
            estate,
            root,
            integrations,
        }
    }

    /// Where the blast radius starts.
    pub(crate) fn starts(&self) -> Vec<Node> {
        match self.root {
            RootCause::Credential(id) => vec![Node::Credential(id.clone())],
            RootCause::Asset(id) => vec![Node::Asset(id.clone())],
            _ => {
                let node = |integration: &&Integration| Node::Integration(integration.id.clone());
                self.integrations.iter().map(node).collect()
            }
        }
    }

    /// The unit the cause belongs to; the estate's first for causes that are everybody's.
    pub(crate) fn unit(&self) -> Option<&'a BusinessUnit> {
        let own = match self.root {
            RootCause::Credential(id) => self.estate.credential(id).map(|found| &found.bu),
            RootCause::Asset(id) => self.estate.asset(id).map(|found| &found.bu),
            RootCause::Consumer(_) => self.integrations.first().map(|found| &found.bu),
            RootCause::Platform | RootCause::Blind | RootCause::Own => None,
        };
        match own {
            Some(id) => self.estate.business_unit(id),
            None => self.estate.business_units.first(),
        }
    }

    /// The team that owns it; without an owner, the unit's own team is called.
    pub(crate) fn owner(&self) -> Option<String> {
        let on_call = || self.unit().and_then(|unit| unit.on_call.clone());
        match self.is_everybodys() {
            true => on_call(),
            false => self
                .main()
                .and_then(|main| main.owner.clone())
                .or_else(on_call),
        }
    }

    /// The team behind the owner.
    pub(crate) fn backup(&self) -> Option<String> {
        let main = self.main().filter(|_| !self.is_everybodys())?;
        main.backup.clone()
    }

    /// The integration that costs most.
    pub(crate) fn main(&self) -> Option<&'a Integration> {
        self.integrations.first().copied()
    }

    pub(crate) fn is_everybodys(&self) -> bool {
        matches!(
            self.root,
            RootCause::Platform | RootCause::Blind | RootCause::Own
        )
    }

    /// The credential that is to blame, if one is and the estate knows it.
    pub(crate) fn credential(&self) -> Option<&'a Credential> {
        match self.root {
            RootCause::Credential(id) => self.estate.credential(id),
            _ => None,
        }
    }

    /// Whether it gets its tokens from Marketing Cloud itself.
    pub(crate) fn is_package(&self) -> bool {
        let kind = self.credential().map(|found| found.kind);
        !matches!(
            kind,
            Some(
                CredentialKind::CrmOauth
                    | CredentialKind::ExtOauth
                    | CredentialKind::MtlsCert
                    | CredentialKind::SftpKey
            )
        )
    }

    /// What the cause is called among people.
    pub(crate) fn name(&self) -> String {
        match (self.root, self.main()) {
            (RootCause::Asset(id), _) => match self.estate.asset(id) {
                Some(asset) => asset.name.clone(),
                None => id.to_string(),
            },
            (RootCause::Credential(id), None) => match self.estate.credential(id) {
                Some(found) if !found.name.is_empty() => found.name.clone(),
                _ => id.to_string(),
            },
            (_, Some(main)) => main.name.clone(),
            (root, None) => root.to_string(),
        }
    }
}
