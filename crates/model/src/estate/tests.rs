use super::*;

fn estate() -> Estate {
    serde_json::from_value(serde_json::json!({
        "version": 1,
        "tenants": [{ "id": "t", "subdomain": "mc01" }],
        "business_units": [{ "id": "LOY", "tenant": "t", "mid": 140, "time_zone": "Europe/Berlin" }],
        "credentials": [{ "id": "c", "bu": "LOY", "kind": "s2s_v2" }],
        "integrations": [
            { "id": "a", "name": "A", "bu": "LOY", "kind": "etl", "tier": "T1", "credential": "c" },
            { "id": "b", "name": "B", "bu": "LOY", "kind": "etl", "tier": "T1", "credential": "c",
              "mid": 150 },
        ],
        "assets": [{ "id": "DE-1", "name": "Table", "bu": "LOY", "kind": "data_extension" }],
    }))
    .expect("an estate")
}

#[test]
fn objects_are_found_by_id() {
    let estate = estate();
    let id = |text: &str| text.to_owned();
    assert!(estate.tenant(&TenantId::new("t").expect("id")).is_some());
    assert!(
        estate
            .business_unit(&BuId::new("LOY").expect("id"))
            .is_some()
    );
    assert!(
        estate
            .credential(&CredentialId::new("c").expect("id"))
            .is_some()
    );
    assert!(estate.asset(&AssetId::new("DE-1").expect("id")).is_some());
    assert!(
        estate
            .integration(&IntegrationId::new(id("zz")).expect("id"))
            .is_none()
    );
}

#[test]
fn an_integration_works_in_its_own_mid_or_its_units() {
    let estate = estate();
    assert_eq!(estate.mid_of(&estate.integrations[0]), Some(140));
    assert_eq!(estate.mid_of(&estate.integrations[1]), Some(150));
}

#[test]
fn an_auth_host_follows_from_the_subdomain_unless_it_is_given() {
    let mut tenant = estate().tenants.remove(0);
    assert_eq!(
        tenant.auth_base(),
        "https://mc01.auth.marketingcloudapis.com"
    );
    tenant.auth_url = Some("http://127.0.0.1:8700/".to_owned());
    assert_eq!(tenant.auth_base(), "http://127.0.0.1:8700");
}

#[test]
fn a_credential_is_observed_and_unarmed_until_said_otherwise() {
    let credential = estate().credentials.remove(0);
    assert_eq!(credential.mode, CredentialMode::Observed);
    assert_eq!(credential.lockout, None);
}

#[test]
fn kinds_without_a_token_have_no_grant() {
    assert_eq!(CredentialKind::MtlsCert.grant(), None);
    assert_eq!(CredentialKind::SftpKey.grant(), None);
    assert_eq!(
        CredentialKind::S2sV2.grant(),
        Some(Grant::ClientCredentials)
    );
    assert_eq!(CredentialKind::WebappV2.grant(), Some(Grant::RefreshToken));
    assert_eq!(
        CredentialKind::LegacyV1.grant(),
        Some(Grant::LegacyRequestToken)
    );
    assert_eq!(CredentialKind::CrmOauth.grant(), Some(Grant::CoreOauth));
}

#[test]
fn a_field_we_do_not_know_is_refused() {
    let unknown = serde_json::json!({ "version": 1, "tennants": [] });
    assert!(serde_json::from_value::<Estate>(unknown).is_err());
}
