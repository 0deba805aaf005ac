//! Triggered sends: a message to each subscriber, one by one remembered.

use super::{Call, Done, Outcome, Refused};
use crate::fault::Kind;
use crate::platform::Platform;
use crate::rest::message::accept;
use crate::setup::AssetKind;
use crate::soap::content::things;
use crate::soap::kept::Sent;
use countersign_etframework::Node;

pub(super) fn send(platform: &mut Platform, call: &Call<'_>, object: &Node) -> Outcome {
    let key = object
        .text("TriggeredSendDefinition.CustomerKey")
        .or_else(|| object.text("TriggeredSendDefinition.ObjectID"))
        .ok_or_else(|| Refused::new("TriggeredSendDefinition.CustomerKey is required"))?;
    let subscribers = object.nodes("Subscribers");
    if subscribers.is_empty() {
        return Err(Refused::new("Subscribers are required"));
    }
    let (mid, parent) = (call.token.mid, platform.enterprise_of(call.token.mid));
    let found = platform
        .world
        .assets
        .find(AssetKind::Send, key, mid, parent);
    let definition = found.map(|send| (send.id.clone(), send.guid.clone(), send.mid));
    let Some((id, guid, home)) = definition else {
        return Err(Refused::new(format!(
            "There is no triggered send definition {key}"
        )));
    };
    let known = things(platform, call.now, "TriggeredSendDefinition", home);
    let shown = known.iter().find(|one| one.text("ObjectID") == Some(&guid));
    if shown.and_then(|one| one.text("TriggeredSendStatus")) != Some("Active") {
        return Err(Refused::new(format!(
            "The triggered send definition {key} is not active"
        )));
    }
    let mut failures = Vec::new();
    let mut keys = Vec::new();
    for (subscriber, ordinal) in subscribers.into_iter().zip(0_u64..) {
        let told = subscriber
            .text("SubscriberKey")
            .or_else(|| subscriber.text("EmailAddress"));
        match told {
            Some(told) => keys.push(told.to_owned()),
            None => failures.push(failure(subscriber, ordinal)),
        }
    }
    if keys.is_empty() {
        return Err(Refused::new(
            "No subscriber has a SubscriberKey or an EmailAddress",
        ));
    }
    let stuck = platform
        .broken_since(Kind::QueueGrowth, call.place)
        .is_some();
    let n = (keys.len() as u64).saturating_mul(call.times);
    if let Some(asset) = platform.world.assets.get_mut(&id) {
        accept(asset, n, stuck, call.now);
    }
    for subscriber in keys.into_iter().filter(|_| !stuck) {
        platform.world.kept.add_sent(Sent {
            asset: id.clone(),
            at: call.now,
            subscriber,
        });
    }
    let mut more = Node::of("TriggeredSendCreateResult");
    failures
        .into_iter()
        .for_each(|one| more.push("SubscriberFailures", one));
    Ok(Done {
        more,
        ..Done::new("Created TriggeredSend")
    })
}

fn failure(subscriber: &Node, ordinal: u64) -> Node {
    Node::default()
        .with("ErrorCode", 13)
        .with(
            "ErrorDescription",
            "A SubscriberKey or an EmailAddress is required",
        )
        .with("Ordinal", ordinal)
        .having("Subscriber", subscriber.clone())
}
