use super::*;

#[test]
fn a_range_holds_what_lies_inside() {
    let table = [
        ("203.0.113.0/24", "203.0.113.9", true),
        ("203.0.113.0/24", "203.0.114.9", false),
        ("203.0.113.9", "203.0.113.9", true),
        ("203.0.113.9", "203.0.113.8", false),
        ("0.0.0.0/0", "198.51.100.1", true),
        ("2001:db8::/32", "2001:db8:1::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("::/0", "::1", true),
        ("::/0", "127.0.0.1", false),
    ];
    for (range, address, inside) in table {
        let range: AddressRange = range.parse().expect("a range");
        assert_eq!(
            range.contains(address.parse().expect("an address")),
            inside,
            "{range} {address}"
        );
    }
}

#[test]
fn nonsense_is_refused_with_the_form_to_write() {
    for text in [
        "",
        "localhost",
        "203.0.113.0/33",
        "::1/129",
        "1.2.3.4/x",
        "1.2.3.4/",
    ] {
        let error = text
            .parse::<AddressRange>()
            .expect_err("nonsense")
            .to_string();
        assert!(error.contains("203.0.113.0/24"), "{error}");
    }
}
