//! What subscribers did.

use super::enumeration;
use crate::field::{Type, boolean, date_time, int, long, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "TrackingEvent",
        &[
            int("SendID").shown(),
            text("SubscriberKey").shown(),
            date_time("EventDate").shown(),
            word("EventType", &enumeration::EVENT_TYPE).shown(),
            text("TriggeredSendDefinitionObjectID").shown(),
            int("BatchID").shown(),
        ],
    )
    .extends("APIObject"),
    plain("SentEvent", &[])
        .extends("TrackingEvent")
        .retrieved(&[
            "Client.ID",
            "PartnerKey",
            "SendID",
            "SubscriberKey",
            "EventDate",
            "EventType",
            "TriggeredSendDefinitionObjectID",
            "BatchID",
        ]),
    plain("NotSentEvent", &[])
        .extends("TrackingEvent")
        .retrieved(&[
            "Client.ID",
            "PartnerKey",
            "SendID",
            "SubscriberKey",
            "EventDate",
            "EventType",
            "TriggeredSendDefinitionObjectID",
            "BatchID",
        ]),
    plain("OpenEvent", &[])
        .extends("TrackingEvent")
        .retrieved(&[
            "Client.ID",
            "PartnerKey",
            "SendID",
            "SubscriberKey",
            "EventDate",
            "EventType",
            "TriggeredSendDefinitionObjectID",
            "BatchID",
        ]),
    plain(
        "ClickEvent",
        &[int("URLID").shown(), text("URL").shown(), long("URLIDLong")],
    )
    .extends("TrackingEvent")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "SendID",
        "SubscriberKey",
        "EventDate",
        "EventType",
        "TriggeredSendDefinitionObjectID",
        "BatchID",
    ]),
    plain(
        "BounceEvent",
        &[
            text("SMTPCode").shown(),
            text("BounceCategory").shown(),
            text("SMTPReason").shown(),
            text("BounceType").shown(),
        ],
    )
    .extends("TrackingEvent")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "SendID",
        "SubscriberKey",
        "EventDate",
        "EventType",
        "TriggeredSendDefinitionObjectID",
        "BatchID",
    ]),
    plain(
        "UnsubEvent",
        &[
            named("List", "List").parts(&["ID"]),
            boolean("IsMasterUnsubscribed").shown(),
        ],
    )
    .extends("TrackingEvent")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "SendID",
        "SubscriberKey",
        "EventDate",
        "EventType",
        "TriggeredSendDefinitionObjectID",
        "BatchID",
    ]),
];
