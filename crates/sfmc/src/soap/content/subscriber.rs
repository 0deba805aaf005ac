//! Subscribers and lists: the same few people in every unit, and one list with all of them.

use super::MADE_AT;
use crate::chance::guid_of;
use crate::soap::identity::number_of;
use countersign_etframework::Node;

/// Subscribers of a unit at the start.
const SUBSCRIBERS: u64 = 200;

/// The key of a subscriber by number; numbers beyond the last begin again.
pub(super) fn key_of(number: u64) -> String {
    format!("subscriber-{}", number % SUBSCRIBERS + 1)
}

/// The keys of all, in the order of their numbers.
pub(super) fn keys() -> impl Iterator<Item = String> {
    (0..SUBSCRIBERS).map(key_of)
}

pub(super) fn subscribers(mid: u64) -> Vec<Node> {
    let one = |number: u64| {
        let key = key_of(number);
        let name = format!("{key} {mid}");
        Node::of("Subscriber")
            .with("CreatedDate", MADE_AT)
            .with("ID", number_of(&name))
            .with("ObjectID", guid_of(&name))
            .with("EmailAddress", format!("{key}@example.com"))
            .with("SubscriberKey", key)
            .with("Status", "Active")
            .with("EmailTypePreference", "HTML")
    };
    (0..SUBSCRIBERS).map(one).collect()
}

/// The number of the list that holds everybody.
fn everybody(mid: u64) -> u64 {
    number_of(&format!("list {mid}"))
}

pub(super) fn lists(mid: u64) -> Vec<Node> {
    let list = Node::of("List")
        .with("CreatedDate", MADE_AT)
        .with("ModifiedDate", MADE_AT)
        .with("ID", everybody(mid))
        .with("ObjectID", guid_of(&format!("list {mid}")))
        .with("CustomerKey", "All Subscribers")
        .with("ListName", "All Subscribers")
        .with("Category", crate::soap::identity::folder("list", mid))
        .with("Type", "Private")
        .with("Description", "Contains all subscribers")
        .with("ListClassification", "ExactTargetList");
    vec![list]
}

pub(super) fn members(subscribers: &[Node], mid: u64) -> Vec<Node> {
    let list = everybody(mid);
    let one = |subscriber: &Node| {
        let key = subscriber.text("SubscriberKey").unwrap_or_default();
        let name = format!("member {key} {list}");
        Node::of("ListSubscriber")
            .with("CreatedDate", MADE_AT)
            .with("ModifiedDate", MADE_AT)
            .with("ID", number_of(&name))
            .with("ObjectID", guid_of(&name))
            .with("Status", subscriber.text("Status").unwrap_or("Active"))
            .with("ListID", list)
            .with("SubscriberKey", key)
    };
    subscribers.iter().map(one).collect()
}
