use super::llr;

#[test]
fn the_ratio_has_the_values_of_the_specification() {
    for (seen, expected, share_left, dispersion, nats) in [
        (0.0, 5.0, 0.001, 0.1, 4.049_652),
        (0.0, 5.0, 0.05, 0.1, 3.807_725),
        (2.0, 5.0, 0.5, 0.1, 0.801_564),
        (0.0, 47.0, 0.001, 0.3, 9.002_311),
        (10.0, 12.0, 0.5, 0.05, -0.702_291),
        (0.0, 0.4, 0.001, 0.004, 0.399_280),
        (0.0, 200.0, 0.001, 0.006, 131.209_680),
    ] {
        let found = llr(seen, expected, share_left, dispersion);
        assert!(
            (found - nats).abs() < 5e-7,
            "llr({seen}, {expected}, {share_left}, {dispersion}) = {found}, not {nats}"
        );
    }
}

#[test]
fn a_vanishing_dispersion_is_the_poisson_law() {
    let nearly = llr(3.0, 8.0, 0.5, 2e-6);
    let poisson = llr(3.0, 8.0, 0.5, 0.0);
    assert!((nearly - poisson).abs() < 1e-3, "{nearly} {poisson}");
}

#[test]
fn where_nothing_is_expected_nothing_is_said() {
    assert_eq!(llr(0.0, 0.0, 0.001, 0.3), 0.0);
    assert_eq!(llr(4.0, 0.0, 0.5, 0.3), 0.0);
}
