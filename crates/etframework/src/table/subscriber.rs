//! Subscribers and lists.

use super::enumeration;
use crate::field::{Type, date_time, int, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "Subscriber",
        &[
            text("EmailAddress").edited().needed().up_to(254),
            named("Attributes", "Attribute").many().written(),
            text("SubscriberKey").shown().up_to(254),
            date_time("UnsubscribedDate").shown(),
            word("Status", &enumeration::SUBSCRIBER_STATUS).edited(),
            text("PartnerType"),
            word("EmailTypePreference", &enumeration::EMAIL_TYPE).edited(),
            named("Lists", "SubscriberList").many().written(),
        ],
    )
    .extends("APIObject")
    .kept(&["Client.ID", "PartnerKey", "CreatedDate", "ID", "ObjectID"]),
    plain(
        "SubscriberList",
        &[
            word("Status", &enumeration::SUBSCRIBER_STATUS),
            named("List", "List"),
            text("Action"),
            named("Subscriber", "Subscriber"),
        ],
    )
    .extends("APIObject"),
    plain(
        "List",
        &[
            text("ListName").edited().needed().up_to(50),
            int("Category").edited(),
            word("Type", &enumeration::LIST_TYPE_ENUM).shown(),
            text("Description").edited(),
            word("ListClassification", &enumeration::LIST_CLASSIFICATION_ENUM).shown(),
            named("AutomatedEmail", "Email").parts(&["ID"]),
            named("SendClassification", "SendClassification"),
        ],
    )
    .extends("APIObject")
    .kept(&[
        "Client.ID",
        "Client.PartnerClientKey",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
        "ObjectID",
        "CustomerKey",
    ]),
    plain(
        "ListSubscriber",
        &[
            word("Status", &enumeration::SUBSCRIBER_STATUS).shown(),
            int("ListID").shown(),
            text("SubscriberKey").shown(),
        ],
    )
    .extends("APIObject")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
        "ObjectID",
    ]),
    plain(
        "Group",
        &[
            text("Name").edited().needed(),
            int("Category").edited(),
            text("Description").edited(),
        ],
    )
    .extends("APIObject")
    .kept(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
        "ObjectID",
        "CustomerKey",
    ]),
];
