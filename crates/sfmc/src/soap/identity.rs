//! Which thing is meant: objects are named by their id, key or number.

use crate::chance::guid_of;
use countersign_etframework::Node;

/// The names by which an object of a kind can be told, the surest first.
pub(super) fn names(kind: &str) -> &'static [&'static str] {
    match kind {
        "Subscriber" => &["ObjectID", "SubscriberKey", "ID", "EmailAddress"],
        "List" => &["ObjectID", "ID", "CustomerKey", "ListName"],
        _ => &["ObjectID", "CustomerKey", "ID"],
    }
}

/// Whether a thing is the one that `named` names. The first name given decides.
pub(super) fn is_meant(kind: &str, named: &Node, thing: &Node) -> bool {
    let told = names(kind)
        .iter()
        .find_map(|name| named.text(name).map(|text| (*name, text)));
    told.is_some_and(|(name, text)| {
        thing
            .text(name)
            .is_some_and(|own| own.eq_ignore_ascii_case(text))
    })
}

/// The number of the folder for a kind of content, over SOAP and REST.
pub(crate) fn folder(content: &str, mid: u64) -> u64 {
    number_of(&format!("folder {content} {mid}"))
}

/// A number that is always the same for a name: seven digits, as the platform's numbers have.
pub(super) fn number_of(name: &str) -> u64 {
    let digits: String = guid_of(name)
        .chars()
        .filter(char::is_ascii_hexdigit)
        .collect();
    let bits = u64::from_str_radix(&digits[..12], 16).unwrap_or(0);
    1_000_000 + bits % 8_000_000
}
