//! What every object and option has.

use super::enumeration;
use crate::field::{Type, boolean, date_time, group, int, long, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "ClientID",
        &[
            int("ClientID"),
            int("ID"),
            text("PartnerClientKey"),
            int("UserID"),
            text("PartnerUserKey"),
            int("CreatedBy"),
            int("ModifiedBy"),
            long("EnterpriseID"),
            text("CustomerKey"),
            text("CustomerID"),
        ],
    ),
    plain(
        "APIProperty",
        &[text("Name").always(), text("Value").always()],
    ),
    plain(
        "APIObject",
        &[
            named("Client", "ClientID"),
            text("PartnerKey").nillable(),
            named("PartnerProperties", "APIProperty").many(),
            date_time("CreatedDate"),
            date_time("ModifiedDate").nillable(),
            int("ID"),
            text("ObjectID").nillable(),
            text("CustomerKey"),
            text("CorrelationID"),
            text("ObjectState"),
        ],
    ),
    plain("ContainerID", &[named("APIObject", "APIObject")]),
    plain(
        "AsyncResponse",
        &[
            word("ResponseType", &enumeration::ASYNC_RESPONSE_TYPE).always(),
            text("ResponseAddress").always(),
            word("RespondWhen", &enumeration::RESPOND_WHEN),
            boolean("IncludeResults"),
            boolean("IncludeObjects"),
            boolean("OnlyIncludeBase"),
        ],
    ),
    plain(
        "SaveOption",
        &[
            text("PropertyName").always(),
            word("SaveAction", &enumeration::SAVE_ACTION).always(),
        ],
    ),
    plain(
        "Options",
        &[
            named("Client", "ClientID"),
            named("SendResponseTo", "AsyncResponse").many(),
            group("SaveOptions", &[named("SaveOption", "SaveOption").many()]),
            text("ConversationID"),
            int("SequenceCode"),
            int("CallsInConversation"),
            date_time("ScheduledTime"),
            word("RequestType", &enumeration::REQUEST_TYPE),
            word("QueuePriority", &enumeration::PRIORITY),
        ],
    ),
    plain("CreateOptions", &[named("Container", "ContainerID")]).extends("Options"),
    plain(
        "UpdateOptions",
        &[named("Container", "ContainerID"), text("Action")],
    )
    .extends("Options"),
    plain("DeleteOptions", &[]).extends("Options"),
    plain("PerformOptions", &[text("Explanation")]).extends("Options"),
    plain(
        "RetrieveOptions",
        &[
            int("BatchSize"),
            boolean("IncludeObjects"),
            boolean("OnlyIncludeBase"),
        ],
    )
    .extends("Options"),
    plain("ConfigureOptions", &[]).extends("Options"),
    plain("SystemStatusOptions", &[]).extends("Options"),
    plain("ScheduleOptions", &[]).extends("Options"),
    plain(
        "InteractionBaseObject",
        &[
            text("Name").edited().needed(),
            text("Description").edited(),
            text("Keyword").edited(),
        ],
    )
    .extends("APIObject"),
    plain("InteractionDefinition", &[text("InteractionObjectID")]).extends("InteractionBaseObject"),
];
