use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn members_behind_each_other_are_one_text() {
    let mut bytes = gzip(b"one\n");
    bytes.extend(gzip(b"two\n"));
    assert!(is_gzip(&bytes));
    assert_eq!(inflate(&bytes, 100), Ok(b"one\ntwo\n".to_vec()));
}

#[test]
fn a_bomb_is_refused_at_the_bound() {
    let bytes = gzip(&vec![0; 10_000_000]);
    assert!(bytes.len() < 20_000);
    let bytes_max = 1_000_000;
    assert_eq!(
        inflate(&bytes, bytes_max),
        Err(InflateFault::TooLarge { bytes_max })
    );
    assert_eq!(inflate(&gzip(b"abc"), 3), Ok(b"abc".to_vec()));
}

#[test]
fn a_body_that_is_cut_short_or_something_else_is_refused() {
    let bytes = gzip(b"some lines of text");
    for cut in 0..bytes.len() {
        let found = inflate(&bytes[..cut], 100);
        assert!(
            found == Err(InflateFault::Damaged) || cut == 0,
            "{cut}: {found:?}"
        );
    }
    assert_eq!(inflate(b"plain", 100), Err(InflateFault::Damaged));
    assert!(!is_gzip(b"{}") && !is_gzip(b"\x1f"));
}
