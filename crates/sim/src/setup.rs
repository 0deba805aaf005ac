//! The tenant that an estate describes.

use countersign_model::estate::{
    AssetKind as Kind, Credential, CredentialKind, CredentialMode, Estate,
};
use countersign_model::id::CredentialId;
use countersign_sfmc::{Asset, AssetKind, Package, SecretSetup, Setup, Unit};

/// The first secret of a package: made from its id, and obviously none.
fn first_secret(id: &CredentialId) -> String {
    format!("sim-secret-{id}-1")
}

/// The secret the simulator accepts for a brokered server-to-server package; `None` for any other
/// credential.
#[must_use]
pub fn secret_for(estate: &Estate, id: &CredentialId) -> Option<String> {
    let credential = estate.credential(id)?;
    let held =
        credential.mode == CredentialMode::Brokered && credential.kind == CredentialKind::S2sV2;
    held.then(|| first_secret(id))
}

/// Packages, units and assets of an estate. Its dates do not act: a secret ends only by a fault.
pub(crate) fn setup(estate: &Estate, base_url: &str) -> Setup {
    let units = estate.business_units.iter().map(|bu| Unit {
        id: bu.id.to_string(),
        tenant: bu.tenant.to_string(),
        mid: bu.mid,
        name: bu.name.clone(),
    });
    let flows = estate.integrations.iter();
    Setup {
        base_url: base_url.to_owned(),
        packages: estate
            .credentials
            .iter()
            .filter_map(|one| package(estate, one))
            .collect(),
        units: units.collect(),
        assets: estate
            .assets
            .iter()
            .filter_map(|one| asset(estate, one))
            .collect(),
        integrations: flows
            .map(|flow| (flow.id.to_string(), flow.credential.to_string()))
            .collect(),
    }
}

fn package(estate: &Estate, credential: &Credential) -> Option<Package> {
    if credential.kind != CredentialKind::S2sV2 {
        return None;
    }
    let home_mid = estate.business_unit(&credential.bu)?.mid;
    let mids = if credential.mids.is_empty() {
        vec![home_mid]
    } else {
        credential.mids.clone()
    };
    let client_id = credential.client_id.clone();
    Some(Package {
        label: credential.id.to_string(),
        client_id: client_id.unwrap_or_else(|| format!("sim-client-{}", credential.id)),
        secrets: vec![SecretSetup {
            text: first_secret(&credential.id),
            made: None,
        }],
        scopes: credential.scopes.clone(),
        mids,
        home_mid,
    })
}

fn asset(estate: &Estate, asset: &countersign_model::estate::Asset) -> Option<Asset> {
    let kind = match asset.kind {
        Kind::DataExtension => AssetKind::DataExtension,
        Kind::Journey => AssetKind::Journey,
        Kind::TriggeredSend => AssetKind::EmailDefinition,
        Kind::Automation => AssetKind::Automation,
        Kind::Launch | Kind::OutsideSystem => return None,
    };
    Some(Asset {
        key: asset.key.clone().unwrap_or_else(|| asset.id.to_string()),
        kind,
        mid: estate.business_unit(&asset.bu)?.mid,
        name: asset.name.clone(),
        rows: asset.rows.unwrap_or(0),
    })
}
