//! From an estate to a platform.

use countersign_feed::demo_estate;
use countersign_host::clock::Clock;
use countersign_model::estate::{CredentialKind, CredentialMode};
use countersign_sim::{Simulator, secret_for};

#[test]
fn only_brokered_credentials_whose_endpoint_is_played_have_a_secret() {
    let mut estate = demo_estate();
    let secrets: Vec<String> = estate
        .credentials
        .iter()
        .filter_map(|one| secret_for(&estate, &one.id))
        .collect();
    assert!(secrets.len() > 10);
    assert!(
        secrets
            .iter()
            .all(|secret| secret.starts_with("sim-secret-"))
    );
    assert_eq!(secret_for(&estate, &"INT-999".parse().unwrap()), None);
    let outside = "INT-015".parse().unwrap();
    assert_eq!(secret_for(&estate, &outside), None, "observed");
    let credential = estate
        .credentials
        .iter_mut()
        .find(|one| one.id == outside)
        .unwrap();
    assert_eq!(credential.kind, CredentialKind::ExtOauth);
    credential.mode = CredentialMode::Brokered;
    assert_eq!(
        secret_for(&estate, &outside).as_deref(),
        Some("sim-secret-INT-015-1")
    );
}

#[test]
fn every_package_of_the_estate_is_there_with_its_home_enabled() {
    let estate = demo_estate();
    let simulator = Simulator::new(&estate, Clock::system(), None, 7, "http://sim.test");
    let packages = estate.credentials.iter().filter(|one| {
        use CredentialKind::{LegacyV1, S2sV2, WebappV2};
        matches!(one.kind, S2sV2 | WebappV2 | LegacyV1)
    });
    simulator.with(|platform| {
        assert_eq!(platform.packages().len(), packages.count());
        for package in platform.packages().values() {
            assert!(
                package.edited_terms().mids.contains(&package.home),
                "{}",
                package.label
            );
            assert!(
                !package.edited_terms().scopes.is_empty(),
                "{}",
                package.label
            );
        }
    });
}

#[test]
fn an_integration_stands_for_the_credential_it_shares() {
    let simulator = Simulator::new(&demo_estate(), Clock::system(), None, 7, "http://sim.test");
    let fault = countersign_sim::scenario::Fault {
        kind: "auth_down".to_owned(),
        integration: Some("INT-009".to_owned()),
        ..Default::default()
    };
    simulator.inject(&fault).unwrap();
    assert_eq!(simulator.mend("INT-009"), 1);
    simulator.inject(&fault).unwrap();
    let target = simulator.with(|platform| platform.faults()[0].target.clone());
    assert_eq!(
        target,
        countersign_sfmc::fault::Target::Package("INT-008".to_owned())
    );
}
