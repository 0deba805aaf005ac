use super::*;

const EXPIRED: &[u8] = b"<soap:Fault><faultcode>q0:Security</faultcode>\
    <faultstring>Token Expired</faultstring></soap:Fault>";

#[test]
fn a_401_is_death_on_rest_and_a_security_fault_on_soap() {
    assert!(is_dead(Host::Rest, 401, b""));
    assert!(!is_dead(Host::Rest, 403, b""));
    assert!(is_dead(Host::Soap, 500, EXPIRED));
    assert!(!is_dead(Host::Soap, 200, EXPIRED));
}

#[test]
fn other_faults_and_the_words_elsewhere_are_no_death() {
    let outage = b"<faultstring>System.Exception</faultstring><detail>Token Expired</detail>";
    assert!(!is_dead(Host::Soap, 500, outage));
    assert!(!is_dead(Host::Soap, 500, b"Token Expired"));
    assert!(!is_dead(Host::Soap, 500, b"<faultstring>Token Expired"));
    assert_eq!(fault(EXPIRED), Some("Token Expired"));
}
