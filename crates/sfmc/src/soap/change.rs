//! Create, Update and Delete: one result for each object, in order.

mod data;
mod send;

use super::Call;
use super::content::things;
use super::identity::{is_meant, names, number_of};
use super::kept::Change;
use super::permission::{Deed, refusal};
use crate::platform::Platform;
use countersign_etframework::{Node, Type, fields, find_type};

/// Objects of one call (documented as a soft limit of 50).
const OBJECTS_MAX: usize = 200;

/// What came of one object.
pub(super) struct Done {
    pub(super) words: String,
    /// Its number and id, if it was made.
    pub(super) made: Option<(u64, String)>,
    /// What else the result says.
    pub(super) more: Node,
}

/// Why nothing came of it: the provider's code for that, and words.
pub(super) struct Refused {
    pub(super) code: u32,
    pub(super) words: String,
}

impl Done {
    pub(super) fn new(words: impl ToString) -> Done {
        Done {
            words: words.to_string(),
            made: None,
            more: Node::default(),
        }
    }
}

impl Refused {
    /// A rule is not met.
    pub(super) fn new(words: impl ToString) -> Refused {
        Refused::coded(2, words)
    }

    /// With a code of the provider's list: 1 the name is taken, 3 there is nothing to update, 5 the
    /// object does not do that, 8 it is not known.
    pub(super) fn coded(code: u32, words: impl ToString) -> Refused {
        Refused {
            code,
            words: words.to_string(),
        }
    }
}

pub(super) type Outcome = Result<Done, Refused>;

pub(super) fn create(platform: &mut Platform, call: &Call<'_>) -> Node {
    let upserts = upserts(call);
    each(
        platform,
        call,
        Deed::Create,
        |platform, call, kind, object| match upserts && find(platform, call, kind, object).is_some()
        {
            true => update_one(platform, call, kind, object),
            false => create_one(platform, call, kind, object),
        },
    )
}

pub(super) fn update(platform: &mut Platform, call: &Call<'_>) -> Node {
    let upserts = upserts(call);
    each(
        platform,
        call,
        Deed::Update,
        |platform, call, kind, object| match upserts && find(platform, call, kind, object).is_none()
        {
            true => create_one(platform, call, kind, object),
            false => update_one(platform, call, kind, object),
        },
    )
}

pub(super) fn delete(platform: &mut Platform, call: &Call<'_>) -> Node {
    each(platform, call, Deed::Delete, delete_one)
}

/// Whether what is there is to be updated and what is not is to be made.
fn upserts(call: &Call<'_>) -> bool {
    let options = call.request.nodes("Options.SaveOptions.SaveOption");
    options
        .iter()
        .any(|one| one.text("SaveAction") == Some("UpdateAdd"))
}

fn each(
    platform: &mut Platform,
    call: &Call<'_>,
    deed: Deed,
    one: impl Fn(&mut Platform, &Call<'_>, &'static Type, &Node) -> Outcome,
) -> Node {
    let objects = call.request.nodes("Objects");
    let mut message = Node::default();
    let (mut n_good, mut n_bad) = (0, 0);
    for (object, ordinal) in objects.into_iter().zip(0_usize..) {
        let outcome = match ordinal < OBJECTS_MAX {
            true => judged(platform, call, deed, object, &one),
            false => Err(Refused::new(format!(
                "More than {OBJECTS_MAX} objects in one call"
            ))),
        };
        let count = if outcome.is_ok() {
            &mut n_good
        } else {
            &mut n_bad
        };
        *count += 1;
        message.push("Results", result(deed, object, ordinal, outcome));
    }
    let overall = match (n_good, n_bad) {
        (0, 0) => "Error: There are no Objects",
        (_, 0) => "OK",
        (0, _) => "Error",
        _ => "Has Errors",
    };
    let request_id = platform.world.chance.guid();
    message
        .with("RequestID", request_id)
        .with("OverallStatus", overall)
}

fn judged(
    platform: &mut Platform,
    call: &Call<'_>,
    deed: Deed,
    object: &Node,
    one: &impl Fn(&mut Platform, &Call<'_>, &'static Type, &Node) -> Outcome,
) -> Outcome {
    let name = object.kind.unwrap_or("APIObject");
    let known = find_type(name).and_then(|kind| kind.object.map(|object| (kind, object)));
    let Some((kind, can)) = known else {
        let words = format!("This operation does not support the APIObject of type {name}");
        return Err(Refused::coded(8, words));
    };
    if let Some(words) = refusal(&call.token, kind.name, deed) {
        return Err(Refused::coded(11, words));
    }
    let may = if deed == Deed::Create {
        can.created
    } else {
        can.changed
    };
    if !may {
        let words = format!("Cannot perform {} on objects of type {name}", deed.as_str());
        return Err(Refused::coded(5, words));
    }
    one(platform, call, kind, object)
}

fn result(deed: Deed, object: &Node, ordinal: usize, outcome: Outcome) -> Node {
    let mut echo = object.clone();
    echo.nil("PartnerKey");
    echo.nil("ObjectID");
    let mut node = Node::default();
    let (made, status, words) = match outcome {
        Ok(done) => {
            node = done.more;
            (done.made, "OK", done.words)
        }
        Err(refused) => {
            node.set("ErrorCode", refused.code);
            (None, "Error", refused.words)
        }
    };
    node.set("StatusCode", status);
    node.set("StatusMessage", words);
    node.set("OrdinalID", ordinal);
    if deed == Deed::Create {
        let (number, id) = made.unwrap_or_default();
        node.set("NewID", number);
        if !id.is_empty() {
            node.set("NewObjectID", id);
        }
    }
    node.having("Object", echo)
}

/// The thing that an object names, as it is now.
fn find(platform: &Platform, call: &Call<'_>, kind: &'static Type, object: &Node) -> Option<Node> {
    if kind.name == "DataExtensionObject" {
        return data::find_row(platform, call, object);
    }
    let all = things(platform, call.now, kind.name, call.token.mid);
    all.into_iter()
        .find(|thing| is_meant(kind.name, object, thing))
}

fn create_one(
    platform: &mut Platform,
    call: &Call<'_>,
    kind: &'static Type,
    object: &Node,
) -> Outcome {
    match kind.name {
        "DataExtensionObject" => return data::put_row(platform, call, object, true),
        "TriggeredSend" => return send::send(platform, call, object),
        _ => {}
    }
    let missing = fields(kind).into_iter().find(|field| {
        field.needed && object.text(field.name).is_none() && object.nodes(field.name).is_empty()
    });
    // A folder may go without words about it.
    if let Some(field) = missing.filter(|field| field.name != "Description") {
        return Err(Refused::new(format!("{} is required", field.name)));
    }
    let number = platform.world.kept.next_made();
    let object_id = platform.world.chance.guid();
    let mut node = object.clone();
    node.kind = Some(kind.name);
    let id = number_of(&format!("made {number}"));
    node.set("ID", id);
    node.set("ObjectID", &object_id);
    node.set("CreatedDate", crate::rest::stamp(call.now));
    node.set("ModifiedDate", crate::rest::stamp(call.now));
    if node.text("CustomerKey").is_none() {
        node.set("CustomerKey", &object_id);
    }
    if kind.name == "Subscriber" {
        complete_subscriber(&mut node);
    }
    let taken = things(platform, call.now, kind.name, call.token.mid);
    let is_taken = |name: &str| {
        let own = node.text(name).map(str::to_lowercase);
        own.is_some()
            && taken
                .iter()
                .any(|thing| thing.text(name).map(str::to_lowercase) == own)
    };
    // Two subscribers may share an address.
    let mut unique = names(kind.name)
        .iter()
        .filter(|name| **name != "EmailAddress");
    if let Some(name) = unique.find(|name| is_taken(name)) {
        let words = format!("{} already exists: {name} is taken", kind.name);
        return Err(Refused::coded(1, words));
    }
    if kind.name == "DataExtension" {
        data::create_table(platform, call, &node)?;
        return Ok(made(kind, id, object_id));
    }
    match platform
        .world
        .kept
        .change(kind.name, call.token.mid, &object_id, Change::Made(node))
    {
        true => Ok(made(kind, id, object_id)),
        false => Err(Refused::new("The account holds too many changes")),
    }
}

fn made(kind: &Type, number: u64, object_id: String) -> Done {
    Done {
        made: Some((number, object_id)),
        ..Done::new(format!("Created {}.", kind.name))
    }
}

/// A subscriber without a key has its address for one.
fn complete_subscriber(node: &mut Node) {
    let address = node.text("EmailAddress").unwrap_or_default().to_owned();
    for (name, text) in [
        ("SubscriberKey", address.as_str()),
        ("Status", "Active"),
        ("EmailTypePreference", "HTML"),
    ] {
        if node.text(name).is_none() {
            node.set(name, text);
        }
    }
}

fn update_one(
    platform: &mut Platform,
    call: &Call<'_>,
    kind: &'static Type,
    object: &Node,
) -> Outcome {
    if kind.name == "DataExtensionObject" {
        return data::put_row(platform, call, object, false);
    }
    let Some(thing) = find(platform, call, kind, object) else {
        let words = format!("There is no {} of that name to update", kind.name);
        return Err(Refused::coded(3, words));
    };
    let object_id = thing.text("ObjectID").unwrap_or_default().to_owned();
    if kind.name == "DataExtension" {
        data::update_table(platform, call, &object_id, object)?;
    }
    let changed = fields(kind)
        .into_iter()
        .filter(|field| field.edited)
        .map(|field| field.name);
    let mut values = object.only(changed);
    values.set("ModifiedDate", crate::rest::stamp(call.now));
    if kind.name == "Subscriber" && values.text("Status") == Some("Unsubscribed") {
        values.set("UnsubscribedDate", crate::rest::stamp(call.now));
    }
    let change = Change::Edited(values);
    match platform
        .world
        .kept
        .change(kind.name, call.token.mid, &object_id, change)
    {
        true => Ok(Done::new(format!("Updated {}.", kind.name))),
        false => Err(Refused::new("The account holds too many changes")),
    }
}

fn delete_one(
    platform: &mut Platform,
    call: &Call<'_>,
    kind: &'static Type,
    object: &Node,
) -> Outcome {
    if kind.name == "DataExtensionObject" {
        return data::delete_row(platform, call, object);
    }
    let Some(thing) = find(platform, call, kind, object) else {
        let words = format!("There is no {} of that name to delete", kind.name);
        return Err(Refused::coded(3, words));
    };
    let object_id = thing.text("ObjectID").unwrap_or_default().to_owned();
    if kind.name == "DataExtension" {
        data::delete_table(platform, call, &object_id);
    }
    match platform
        .world
        .kept
        .change(kind.name, call.token.mid, &object_id, Change::Deleted)
    {
        true => Ok(Done::new(format!("Deleted {}.", kind.name))),
        false => Err(Refused::new("The account holds too many changes")),
    }
}

/// Unsubscribes, by key; whether there is such a subscriber.
pub(super) fn unsubscribe(platform: &mut Platform, call: &Call<'_>, key: &str) -> Outcome {
    let kind = find_type("Subscriber").expect("it is in the tables");
    let object = Node::of("Subscriber")
        .with("SubscriberKey", key)
        .with("Status", "Unsubscribed");
    if let Some(words) = refusal(&call.token, kind.name, Deed::Update) {
        return Err(Refused::coded(11, words));
    }
    update_one(platform, call, kind, &object)
}
