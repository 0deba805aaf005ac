//! Requests, filters, definitions and results.

use super::enumeration;
use crate::field::{Type, boolean, date_time, group, int, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "RetrieveRequest",
        &[
            named("ClientIDs", "ClientID").many(),
            text("ObjectType").always(),
            text("Properties").many(),
            named("Filter", "FilterPart"),
            named("RespondTo", "AsyncResponse").many(),
            named("PartnerProperties", "APIProperty").many(),
            text("ContinueRequest"),
            boolean("QueryAllAccounts"),
            boolean("RetrieveAllSinceLastBatch"),
            boolean("RepeatLastResult"),
            named("Options", "RetrieveOptions"),
        ],
    ),
    plain("FilterPart", &[]),
    plain(
        "SimpleFilterPart",
        &[
            text("Property").always(),
            word("SimpleOperator", &enumeration::SIMPLE_OPERATORS).always(),
            text("Value").many(),
            date_time("DateValue").many(),
        ],
    )
    .extends("FilterPart"),
    plain(
        "ComplexFilterPart",
        &[
            named("LeftOperand", "FilterPart").always(),
            word("LogicalOperator", &enumeration::LOGICAL_OPERATORS).always(),
            named("RightOperand", "FilterPart"),
            group(
                "AdditionalOperands",
                &[named("Operand", "FilterPart").many()],
            ),
        ],
    )
    .extends("FilterPart"),
    plain(
        "ArrayOfObjectDefinitionRequest",
        &[named("ObjectDefinitionRequest", "ObjectDefinitionRequest")
            .many()
            .nillable()],
    ),
    plain(
        "ObjectDefinitionRequest",
        &[named("Client", "ClientID"), text("ObjectType")],
    ),
    plain(
        "ObjectDefinition",
        &[
            text("ObjectType"),
            text("Name"),
            boolean("IsCreatable"),
            boolean("IsUpdatable"),
            boolean("IsRetrievable"),
            boolean("IsQueryable"),
            boolean("IsReference"),
            text("ReferencedType"),
            text("IsPropertyCollection"),
            boolean("IsObjectCollection"),
            named("Properties", "PropertyDefinition").many(),
            group(
                "ExtendedProperties",
                &[named("ExtendedProperty", "PropertyDefinition").many()],
            ),
            named("ChildObjects", "ObjectDefinition").many(),
        ],
    ),
    plain(
        "PropertyDefinition",
        &[
            text("Name"),
            text("DataType"),
            word("ValueType", &enumeration::SOAP_TYPE),
            boolean("IsCreatable"),
            boolean("IsUpdatable"),
            boolean("IsRetrievable"),
            boolean("IsQueryable"),
            boolean("IsFilterable"),
            boolean("IsPartnerProperty"),
            boolean("IsAccountProperty"),
            text("PartnerMap"),
            int("Precision"),
            int("Scale"),
            text("Label"),
            text("Description"),
            text("DefaultValue"),
            int("MinLength"),
            int("MaxLength"),
            text("MinValue"),
            text("MaxValue"),
            boolean("IsRequired"),
            boolean("IsViewable"),
            boolean("IsEditable"),
            boolean("IsNillable"),
            boolean("IsRestrictedPicklist"),
            boolean("IsSendTime"),
            int("DisplayOrder"),
            text("RelationshipName"),
            text("Status"),
            boolean("IsContextSpecific"),
        ],
    )
    .extends("APIObject"),
    plain(
        "Result",
        &[
            text("StatusCode").always(),
            text("StatusMessage").always(),
            int("OrdinalID"),
            int("ErrorCode"),
            text("RequestID"),
            text("ConversationID"),
            text("OverallStatusCode"),
            word("RequestType", &enumeration::REQUEST_TYPE),
            text("ResultType"),
            text("ResultDetailXML"),
        ],
    ),
    plain(
        "CreateResult",
        &[
            int("NewID").always(),
            text("NewObjectID"),
            text("PartnerKey"),
            named("Object", "APIObject"),
            named("CreateResults", "CreateResult").many(),
            text("ParentPropertyName"),
        ],
    )
    .extends("Result"),
    plain(
        "UpdateResult",
        &[
            named("Object", "APIObject").always(),
            named("UpdateResults", "UpdateResult").many(),
            text("ParentPropertyName"),
        ],
    )
    .extends("Result"),
    plain("DeleteResult", &[named("Object", "APIObject").always()]).extends("Result"),
    plain(
        "TriggeredSendCreateResult",
        &[named("SubscriberFailures", "SubscriberResult").many()],
    )
    .extends("CreateResult"),
    plain(
        "SubscriberResult",
        &[
            named("Subscriber", "Subscriber").always(),
            text("ErrorCode").always(),
            text("ErrorDescription"),
            int("Ordinal"),
        ],
    ),
    plain(
        "TaskResult",
        &[
            text("StatusCode").always(),
            text("StatusMessage").always(),
            int("OrdinalID"),
            int("ErrorCode"),
            text("ID"),
            int("TblAsyncID"),
            text("InteractionObjectID"),
        ],
    ),
    plain(
        "PerformResult",
        &[
            named("Object", "APIObject").always(),
            named("Task", "TaskResult").always(),
        ],
    )
    .extends("Result"),
    plain("ConfigureResult", &[named("Object", "APIObject").always()]).extends("Result"),
    plain(
        "ScheduleResult",
        &[
            named("Object", "ScheduleDefinition").always(),
            named("Task", "TaskResult").always(),
        ],
    )
    .extends("Result"),
    plain(
        "ExecuteRequest",
        &[
            named("Client", "ClientID"),
            text("Name"),
            named("Parameters", "APIProperty").many(),
        ],
    ),
    plain(
        "ExecuteResponse",
        &[
            text("StatusCode"),
            text("StatusMessage"),
            int("OrdinalID"),
            named("Results", "APIProperty").many(),
            int("ErrorCode"),
        ],
    ),
    plain("SystemOutage", &[]),
    plain(
        "SystemStatusResult",
        &[
            word("SystemStatus", &enumeration::SYSTEM_STATUS_TYPE).always(),
            group("Outages", &[named("Outage", "SystemOutage").many()]),
        ],
    )
    .extends("Result"),
    plain(
        "VersionInfoResponse",
        &[
            text("Version").always(),
            date_time("VersionDate").always(),
            text("Notes").always(),
            named("VersionHistory", "VersionInfoResponse").many(),
        ],
    ),
    plain(
        "ScheduleDefinition",
        &[
            text("Name"),
            text("Description"),
            word("RecurrenceType", &enumeration::RECURRENCE_TYPE_ENUM),
            word(
                "RecurrenceRangeType",
                &enumeration::RECURRENCE_RANGE_TYPE_ENUM,
            ),
            date_time("StartDateTime"),
            date_time("EndDateTime"),
            int("Occurrences"),
            text("Keyword"),
        ],
    )
    .extends("APIObject"),
];
