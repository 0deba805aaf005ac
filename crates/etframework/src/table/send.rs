//! Triggered sends and what became of them.

use super::enumeration;
use crate::field::{Type, boolean, date_time, int, long, named, plain, short, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "SendDefinition",
        &[
            int("CategoryID").edited(),
            named("SendClassification", "SendClassification").parts(&["CustomerKey", "ObjectID"]),
            named("SenderProfile", "SenderProfile").parts(&["CustomerKey", "ObjectID"]),
            text("FromName").edited(),
            text("FromAddress").edited(),
            named("DeliveryProfile", "DeliveryProfile").parts(&["CustomerKey", "ObjectID"]),
            boolean("SuppressTracking").edited(),
            boolean("IsSendLogging").edited(),
        ],
    )
    .extends("InteractionDefinition"),
    plain(
        "TriggeredSendDefinition",
        &[
            word("TriggeredSendType", &enumeration::TRIGGERED_SEND_TYPE_ENUM).edited(),
            word(
                "TriggeredSendStatus",
                &enumeration::TRIGGERED_SEND_STATUS_ENUM,
            )
            .edited(),
            named("Email", "Email").parts(&["ID"]).written(),
            named("List", "List").parts(&["ID"]).written(),
            boolean("AutoAddSubscribers").edited(),
            boolean("AutoUpdateSubscribers").edited(),
            int("BatchInterval").edited(),
            text("BccEmail").edited(),
            text("EmailSubject").edited(),
            text("DynamicEmailSubject").edited(),
            boolean("IsMultipart").edited(),
            boolean("IsWrapped").edited(),
            short("AllowedSlots").shown(),
            int("SendLimit"),
            boolean("SendWindowDelete"),
            boolean("RefreshContent").written(),
            text("ExclusionFilter"),
            text("Priority").edited(),
            text("SendSourceCustomerKey").edited(),
            text("CCEmail").edited(),
            boolean("IsAlwaysOn"),
            boolean("DisableOnEmailBuildError"),
            text("PreHeader").edited(),
            text("ReplyToAddress"),
            text("ReplyToDisplayName"),
        ],
    )
    .extends("SendDefinition")
    .kept(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ObjectID",
        "CustomerKey",
        "Name",
        "Description",
        "Keyword",
        "CategoryID",
        "SendClassification.CustomerKey",
        "SendClassification.ObjectID",
        "SenderProfile.CustomerKey",
        "SenderProfile.ObjectID",
        "DeliveryProfile.CustomerKey",
        "DeliveryProfile.ObjectID",
        "FromName",
        "FromAddress",
        "SuppressTracking",
        "IsSendLogging",
    ]),
    plain(
        "TriggeredSend",
        &[
            named("TriggeredSendDefinition", "TriggeredSendDefinition")
                .always()
                .needed(),
            named("Subscribers", "Subscriber").always().many().needed(),
            named("Attributes", "Attribute").many(),
        ],
    )
    .extends("APIObject")
    .sent(),
    plain(
        "TriggeredSendSummary",
        &[
            named("TriggeredSendDefinition", "TriggeredSendDefinition")
                .parts(&["CustomerKey", "ObjectID"]),
            long("Sent").shown(),
            long("NotSentDueToOptOut").shown(),
            long("NotSentDueToUndeliverable").shown(),
            long("Bounces").shown(),
            long("Opens").shown(),
            long("Clicks").shown(),
            long("UniqueOpens").shown(),
            long("UniqueClicks").shown(),
            long("OptOuts").shown(),
            long("SurveyResponses").shown(),
            long("FTAFRequests").shown(),
            long("FTAFEmailsSent").shown(),
            long("FTAFOptIns").shown(),
            long("Conversions").shown(),
            long("UniqueConversions").shown(),
            long("InProcess").shown(),
            long("NotSentDueToError").shown(),
            long("Queued").shown(),
        ],
    )
    .extends("APIObject")
    .retrieved(&["Client.ID", "PartnerKey", "ObjectID", "CustomerKey"]),
    plain(
        "Send",
        &[
            named("Email", "Email").parts(&["ID"]),
            named("List", "List").many(),
            date_time("SendDate").shown(),
            text("FromAddress").shown(),
            text("FromName").shown(),
            int("Duplicates").shown(),
            int("InvalidAddresses").shown(),
            int("ExistingUndeliverables").shown(),
            int("ExistingUnsubscribes").shown(),
            int("HardBounces").shown(),
            int("SoftBounces").shown(),
            int("OtherBounces").shown(),
            int("ForwardedEmails").shown(),
            int("UniqueClicks").shown(),
            int("UniqueOpens").shown(),
            int("NumberSent").nillable().shown(),
            int("NumberDelivered").nillable().shown(),
            int("Unsubscribes").shown(),
            int("MissingAddresses").shown(),
            text("Subject").shown(),
            text("PreviewURL").shown(),
            date_time("SentDate").nillable().shown(),
            text("EmailName").shown(),
            text("Status").shown(),
            boolean("IsMultipart").shown(),
            int("SendLimit"),
            boolean("IsAlwaysOn").shown(),
            int("NumberTargeted").shown(),
            int("NumberErrored").shown(),
            int("NumberExcluded").shown(),
            text("Additional").shown(),
            text("BccEmail"),
        ],
    )
    .extends("APIObject")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
    ]),
    plain(
        "ListSend",
        &[
            int("SendID").shown(),
            named("List", "List").parts(&["ID", "ListName"]),
            int("Duplicates").shown(),
            int("InvalidAddresses").shown(),
            int("ExistingUndeliverables").shown(),
            int("ExistingUnsubscribes").shown(),
            int("HardBounces").shown(),
            int("SoftBounces").shown(),
            int("OtherBounces").shown(),
            int("ForwardedEmails").shown(),
            int("UniqueClicks").shown(),
            int("UniqueOpens").shown(),
            int("NumberSent").nillable().shown(),
            int("NumberDelivered").nillable().shown(),
            int("Unsubscribes").shown(),
            int("MissingAddresses").shown(),
            text("PreviewURL").shown(),
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
        "CustomerKey",
    ]),
];
