use super::*;

fn raw(text: &str) -> RawSettings {
    toml::from_str(text).expect("readable")
}

#[test]
fn nothing_written_means_loopback_defaults() {
    let settings = RawSettings::default().meant().expect("fine");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8600");
    assert_eq!(settings.broker_listen.to_string(), "127.0.0.1:8601");
}

#[test]
fn all_faults_are_told_at_once_each_with_its_field() {
    let faults = raw("listen = \"here\"\nbroker_listen = \"0.0.0.0:1\"\nlog_format = \"xml\"")
        .meant()
        .expect_err("three faults");
    assert_eq!(faults.0.len(), 3, "{faults}");
    for field in ["listen: ", "broker_listen: ", "log_format: "] {
        assert!(
            faults.0.iter().any(|fault| fault.starts_with(field)),
            "{field} in {faults}"
        );
    }
}

#[test]
fn a_public_address_needs_a_word_for_it() {
    let open = raw("listen = \"0.0.0.0:8600\"\nallow_plain_http = true")
        .meant()
        .expect("told so");
    assert_eq!(open.listen.port(), 8600);
}

#[test]
fn the_environment_overrides_the_file() {
    let mut settings = raw("listen = \"127.0.0.1:1\"");
    let variable = |name: &str| (name == "COUNTERSIGN_LISTEN").then(|| "127.0.0.1:2".to_owned());
    settings.overlay(variable).expect("readable");
    assert_eq!(settings.meant().expect("fine").listen.port(), 2);
}

#[test]
fn a_misspelt_field_is_named() {
    let error = toml::from_str::<RawSettings>("lisen = \"x\"").expect_err("unknown");
    assert!(error.to_string().contains("lisen"), "{error}");
}

#[test]
fn trusted_proxies_are_networks_from_file_or_environment() {
    let written = raw("trusted_proxies = [\"10.0.0.5/32\", \"2001:db8::/32\"]");
    assert_eq!(written.meant().expect("fine").trusted_proxies.len(), 2);
    let mut settings = RawSettings::default();
    let variable = |name: &str| {
        (name == "COUNTERSIGN_TRUSTED_PROXIES").then(|| "10.0.0.5/32, 10.0.0.6/32".to_owned())
    };
    settings.overlay(variable).expect("readable");
    assert_eq!(settings.meant().expect("fine").trusted_proxies.len(), 2);
    let faults = raw("trusted_proxies = [\"proxy\"]")
        .meant()
        .expect_err("no network");
    assert!(faults.0[0].starts_with("trusted_proxies: "), "{faults}");
}
