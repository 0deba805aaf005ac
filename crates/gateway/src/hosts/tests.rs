use super::*;

const ONLY_TENANTS: Hosts = Hosts { loopback: false };

#[test]
fn a_tenants_hosts_are_allowed_and_look_alikes_are_not() {
    let allowed = |base: &str| ONLY_TENANTS.check(Some(base)).is_ok();
    assert!(allowed(
        "https://mcdemo-not-a-real-one.rest.marketingcloudapis.com/"
    ));
    assert!(allowed(
        "https://mcdemo-not-a-real-one.soap.marketingcloudapis.com"
    ));
    for base in [
        "http://mcdemo.rest.marketingcloudapis.com/",
        "https://mcdemo.rest.marketingcloudapis.com:8443/",
        "https://rest.marketingcloudapis.com/",
        "https://.rest.marketingcloudapis.com/",
        "https://a.b.rest.marketingcloudapis.com/",
        "https://mcdemo.rest.marketingcloudapis.com.evil.test/",
        "https://evil.test/mcdemo.rest.marketingcloudapis.com/",
        "https://mcdemo.rest.marketingcloudapis.com@evil.test/",
        "http://127.0.0.1:8700/",
        "http://169.254.169.254/",
        "rest",
    ] {
        assert!(!allowed(base), "{base}");
    }
}

#[test]
fn this_machine_is_allowed_when_asked_for_and_no_other() {
    let hosts = Hosts { loopback: true };
    assert!(hosts.check(Some("http://127.0.0.1:8700")).is_ok());
    assert!(hosts.check(Some("http://[::1]:8700/")).is_ok());
    assert!(hosts.check(Some("http://10.0.0.8:8700/")).is_err());
}

#[test]
fn a_refusal_names_the_host_and_nothing_else_of_the_url() {
    let refused = ONLY_TENANTS.check(Some("https://user:word@evil.test/path?x=y"));
    assert_eq!(refused, Err(Refused::Foreign("evil.test".to_owned())));
    assert_eq!(ONLY_TENANTS.check(None), Err(Refused::Absent));
}

#[test]
fn a_public_name_with_an_inside_address_is_refused() {
    let admits = |text: &str| ONLY_TENANTS.admits(text.parse().unwrap());
    assert!(admits("13.110.1.1") && admits("2606:4700::1111"));
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "ff02::1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "100.127.255.255",
        "240.0.0.1",
        "255.255.255.255",
        // Mapped, translated and tunnelled, they are what they carry.
        "::ffff:127.0.0.1",
        "::ffff:198.18.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::13.110.1.1",
        "64:ff9b:1:a00:1::",
        "2002:a00:1::",
        "2002:a9fe:a9fe::1",
        "2002:7f00:1::1",
        // Of the old kind, within the new; Teredo; documentation; never given out.
        "::10.0.0.1",
        "::13.110.1.1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fec0::1",
        "4000::1",
        "100::1",
    ] {
        assert!(!admits(inside), "{inside}");
    }
    for outside in [
        "13.110.1.1",
        "100.63.0.1",
        "100.128.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.254",
        "::ffff:13.110.1.1",
        "64:ff9b::13.110.1.1",
        "2002:d6e:101::1",
        "2001:200::1",
        "2a00::1",
    ] {
        assert!(admits(outside), "{outside}");
    }
    let here = Hosts { loopback: true };
    assert!(
        !here.admits("64:ff9b::127.0.0.1".parse().unwrap()),
        "another machine's loopback"
    );
    assert!(Hosts { loopback: true }.admits("127.0.0.1".parse().unwrap()));
}
