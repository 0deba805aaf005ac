use super::*;

const CERTIFICATE: &str = include_str!("../../../tests/it/core/certificate.pem");
const KEY: &str = include_str!("../../../tests/it/core/public-key.pem");

#[test]
fn a_certificate_and_its_bare_key_are_the_same_key() {
    let certificate = Certificate::parse(CERTIFICATE).expect("a certificate");
    let bare = Certificate::parse(KEY).expect("a key");
    assert_eq!(certificate.key, bare.key);
    let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
    assert!(!certificate.is_good(at("2026-12-31T23:59:59Z")));
    assert!(certificate.is_good(at("2027-01-01T00:00:00Z")));
    assert!(certificate.is_good(at("2028-01-01T00:00:00Z")));
    assert!(!certificate.is_good(at("2028-01-01T00:00:01Z")));
    assert!(bare.is_good(at("2099-01-01T00:00:00Z")));
}

#[test]
fn what_is_no_certificate_is_told_from_what_is_no_pem() {
    for text in [
        "",
        "x",
        "-----BEGIN CERTIFICATE-----",
        &KEY.replace("PUBLIC KEY", "RSA KEY"),
    ] {
        assert_eq!(Certificate::parse(text), Err(KeyError::Pem), "{text}");
    }
    assert_eq!(
        Certificate::parse(&" ".repeat(PEM_BYTES_MAX + 1)),
        Err(KeyError::Pem)
    );
    for inside in ["", "MAA=", "MIIB", "MIT/////", "MIA="] {
        for name in ["CERTIFICATE", "PUBLIC KEY"] {
            let pem = format!("-----BEGIN {name}-----\n{inside}\n-----END {name}-----");
            assert_eq!(Certificate::parse(&pem), Err(KeyError::Der), "{pem}");
        }
    }
}

#[test]
fn a_certificate_cut_short_anywhere_is_none() {
    let der = unwrapped(CERTIFICATE, "CERTIFICATE")
        .expect("PEM")
        .expect("base64");
    for length in 0..der.len() {
        assert_eq!(certificate(&der[..length]), None, "{length}");
    }
}
