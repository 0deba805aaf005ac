//! The hash against its published vectors, and the draws' spread.

use super::{JitterKey, sip};

#[test]
fn the_hash_agrees_with_the_published_vectors() {
    let (k0, k1) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
    let text: Vec<u8> = (0..15).collect();
    assert_eq!(sip(k0, k1, &text), 0xa129_ca61_49be_45e5);
    assert_eq!(sip(k0, k1, &[]), 0x726f_db47_dd0e_0e31);
}

#[test]
fn a_draw_is_the_same_every_time_and_differs_by_key_label_name_and_number() {
    let key = JitterKey::from(7);
    let first = key.unit("refresh", "INT-029.1", 4);
    assert_eq!(
        first.to_bits(),
        key.unit("refresh", "INT-029.1", 4).to_bits()
    );
    let others = [
        JitterKey::from(8).unit("refresh", "INT-029.1", 4),
        key.unit("backoff", "INT-029.1", 4),
        key.unit("refresh", "INT-029.2", 4),
        key.unit("refresh", "INT-029.1", 5),
    ];
    for other in others {
        assert!(first.to_bits() != other.to_bits());
    }
}

#[test]
fn draws_fill_the_interval_evenly() {
    let key = JitterKey::from([9; 32]);
    let mut tenths = [0u32; 10];
    for n in 0..10_000 {
        let unit = key.unit("refresh", "slot", n);
        assert!((0.0..1.0).contains(&unit));
        tenths[(unit * 10.0) as usize] += 1;
    }
    for count in tenths {
        assert!((850..1150).contains(&count), "{tenths:?}");
    }
}

#[test]
fn the_key_does_not_print_itself() {
    assert_eq!(format!("{:?}", JitterKey::from([3; 32])), "JitterKey");
}
