//! The platform that an estate describes. Its dates do not act: a secret of the estate ends only by
//! a fault (design 4.4).

use countersign_model::estate::{
    Asset, AssetKind as Kind, Credential, CredentialKind, CredentialMode, Estate, Tenant,
};
use countersign_model::id::CredentialId;
use countersign_sfmc::setup::{
    AppSetup, AssetKind, AssetSetup, ConnectedAppSetup, OutsideSetup, PackageKind, PackageSetup,
    Setup, TenantSetup, UnitSetup,
};

/// The first secret of a credential: made from its id, and obviously none.
pub(crate) fn first_secret(id: &CredentialId) -> String {
    format!("sim-secret-{id}-1")
}

/// The refresh token an earlier consent left behind: made from the credential's id, and obviously
/// none.
pub(crate) fn first_refresh_token(id: &CredentialId) -> String {
    format!("sim-refresh-{id}-1")
}

/// The refresh token that the simulator accepts first for a brokered web app or connected app. `None` for any other.
#[must_use]
pub fn first_refresh_token_for(estate: &Estate, id: &CredentialId) -> Option<String> {
    let credential = estate.credential(id)?;
    let consented = matches!(
        credential.kind,
        CredentialKind::WebappV2 | CredentialKind::CrmOauth
    );
    (consented && credential.mode == CredentialMode::Brokered).then(|| first_refresh_token(id))
}

/// The secret the simulator accepts for a brokered credential of which it plays the token endpoint:
/// packages of all sorts, connected apps and OAuth clients of outside services. `None` for any other.
#[must_use]
pub fn secret_for(estate: &Estate, id: &CredentialId) -> Option<String> {
    let credential = estate.credential(id)?;
    let played = matches!(
        credential.kind,
        CredentialKind::S2sV2
            | CredentialKind::WebappV2
            | CredentialKind::LegacyV1
            | CredentialKind::CrmOauth
            | CredentialKind::ExtOauth
    );
    (played && credential.mode == CredentialMode::Brokered).then(|| first_secret(id))
}

/// Where the simulator at `base_url` plays the token endpoint of an outside service.
#[must_use]
pub fn outside_token_url(base_url: &str, id: &CredentialId) -> String {
    format!("{}/ext/{id}/oauth2/token", base_url.trim_end_matches('/'))
}

fn client_id(credential: &Credential) -> String {
    let told = credential.client_id.clone();
    told.unwrap_or_else(|| format!("sim-client-{}", credential.id))
}

/// Tenants, units, packages, outside clients and assets of an estate.
pub(crate) fn setup(estate: &Estate, base_url: &str) -> Setup {
    let units = estate.business_units.iter().map(|bu| UnitSetup {
        id: bu.id.to_string(),
        tenant: bu.tenant.to_string(),
        mid: bu.mid,
    });
    let flows = estate.integrations.iter();
    let credentials = || estate.credentials.iter();
    Setup {
        base_url: base_url.to_owned(),
        tenants: estate
            .tenants
            .iter()
            .map(|one| tenant(estate, one))
            .collect(),
        units: units.collect(),
        packages: credentials()
            .filter_map(|one| package(estate, one))
            .collect(),
        connected_apps: credentials()
            .filter_map(|one| connected_app(estate, one))
            .collect(),
        outside: credentials()
            .filter_map(|one| outside(estate, one))
            .collect(),
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

/// The parent unit of a tenant is the first one the estate lists.
fn tenant(estate: &Estate, tenant: &Tenant) -> TenantSetup {
    let first = estate
        .business_units
        .iter()
        .find(|bu| bu.tenant == tenant.id);
    TenantSetup {
        id: tenant.id.to_string(),
        enterprise: first.map_or(0, |bu| bu.mid),
    }
}

fn package(estate: &Estate, credential: &Credential) -> Option<PackageSetup> {
    let kind = match credential.kind {
        CredentialKind::S2sV2 => PackageKind::Server,
        CredentialKind::WebappV2 => PackageKind::Web(AppSetup {
            redirect_uris: Vec::new(),
            refresh_token: Some(first_refresh_token(&credential.id)),
        }),
        CredentialKind::LegacyV1 => PackageKind::Legacy,
        _ => return None,
    };
    let home = estate.business_unit(&credential.bu)?.mid;
    let mids = match credential.mids.as_slice() {
        [] => vec![home],
        mids => mids.to_vec(),
    };
    Some(PackageSetup {
        label: credential.id.to_string(),
        client_id: client_id(credential),
        secret: first_secret(&credential.id),
        secret_made_at: None,
        scopes: credential.scopes.clone(),
        mids,
        home,
        kind,
    })
}

fn connected_app(estate: &Estate, credential: &Credential) -> Option<ConnectedAppSetup> {
    if credential.kind != CredentialKind::CrmOauth {
        return None;
    }
    Some(ConnectedAppSetup {
        label: credential.id.to_string(),
        client_id: client_id(credential),
        secret: first_secret(&credential.id),
        scopes: credential.scopes.clone(),
        username: core_username(credential.id.as_str()),
        password: core_password(credential.id.as_str()),
        refresh_token: Some(first_refresh_token(&credential.id)),
        mid: estate.business_unit(&credential.bu).map(|bu| bu.mid),
    })
}

/// Name under which the user of a connected app signs in to core.
#[must_use]
pub fn core_username(label: &str) -> String {
    format!("{}@simulated.example", label.to_lowercase())
}

/// That user's password: made from the app's name, and obviously none.
#[must_use]
pub fn core_password(label: &str) -> String {
    format!("sim-password-{label}")
}

/// A connected app with a user of its own, for a client that stands in no estate.
pub(crate) fn core_app(client_id: &str, client_secret: &str) -> ConnectedAppSetup {
    ConnectedAppSetup {
        label: client_id.to_owned(),
        client_id: client_id.to_owned(),
        secret: client_secret.to_owned(),
        scopes: vec!["api".to_owned(), "refresh_token".to_owned()],
        username: core_username(client_id),
        password: core_password(client_id),
        refresh_token: None,
        mid: None,
    }
}

fn outside(estate: &Estate, credential: &Credential) -> Option<OutsideSetup> {
    if credential.kind != CredentialKind::ExtOauth {
        return None;
    }
    Some(OutsideSetup {
        label: credential.id.to_string(),
        client_id: client_id(credential),
        secret: first_secret(&credential.id),
        mid: estate.business_unit(&credential.bu)?.mid,
    })
}

fn asset(estate: &Estate, asset: &Asset) -> Option<AssetSetup> {
    let kind = match asset.kind {
        Kind::DataExtension => AssetKind::Table,
        Kind::Journey => AssetKind::Journey,
        Kind::TriggeredSend => AssetKind::Send,
        Kind::Automation => AssetKind::Automation,
        Kind::Launch => AssetKind::Campaign,
        Kind::OutsideSystem => return None,
    };
    Some(AssetSetup {
        id: asset.id.to_string(),
        key: asset.key.clone().unwrap_or_else(|| asset.id.to_string()),
        name: asset.name.clone(),
        kind,
        mid: estate.business_unit(&asset.bu)?.mid,
        count: asset.rows.unwrap_or(0),
        per_day: asset.volume_weekday.unwrap_or(0),
    })
}
