use super::*;

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn the_example_of_the_rfc_is_met_by_its_verifier_and_by_no_other() {
    let challenge = Challenge::parse(CHALLENGE, Some("S256")).expect("well formed");
    assert!(challenge.is_met_by(VERIFIER));
    assert!(!challenge.is_met_by(&VERIFIER.replace('d', "e")));
    assert!(!challenge.is_met_by(CHALLENGE));
    assert!(!challenge.is_met_by(""));
}

#[test]
fn plain_is_its_own_challenge_and_the_default() {
    for method in [None, Some("plain")] {
        let challenge = Challenge::parse(VERIFIER, method).expect("well formed");
        assert!(challenge.is_met_by(VERIFIER));
        assert!(!challenge.is_met_by(CHALLENGE));
    }
}

#[test]
fn other_forms_are_no_challenge() {
    assert_eq!(Challenge::parse(CHALLENGE, Some("s256")), None);
    assert_eq!(Challenge::parse("short", None), None);
    assert_eq!(Challenge::parse(&"a".repeat(129), None), None);
    assert_eq!(Challenge::parse(&"=".repeat(43), None), None);
}
