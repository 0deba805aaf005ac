//! Words that fields are chosen from.

use crate::field::Enumeration;

pub(super) const ASYNC_RESPONSE_TYPE: Enumeration = Enumeration {
    name: "AsyncResponseType",
    words: &["None", "email", "FTP", "HTTPPost"],
};

pub(super) const RESPOND_WHEN: Enumeration = Enumeration {
    name: "RespondWhen",
    words: &[
        "Never",
        "OnError",
        "Always",
        "OnConversationError",
        "OnConversationComplete",
        "OnCallComplete",
    ],
};

pub(super) const SAVE_ACTION: Enumeration = Enumeration {
    name: "SaveAction",
    words: &[
        "AddOnly",
        "Default",
        "Nothing",
        "UpdateAdd",
        "UpdateOnly",
        "Delete",
    ],
};

pub(super) const REQUEST_TYPE: Enumeration = Enumeration {
    name: "RequestType",
    words: &["Synchronous", "Asynchronous"],
};

pub(super) const PRIORITY: Enumeration = Enumeration {
    name: "Priority",
    words: &["Low", "Medium", "High"],
};

pub(super) const SIMPLE_OPERATORS: Enumeration = Enumeration {
    name: "SimpleOperators",
    words: &[
        "equals",
        "notEquals",
        "greaterThan",
        "lessThan",
        "isNull",
        "isNotNull",
        "greaterThanOrEqual",
        "lessThanOrEqual",
        "between",
        "IN",
        "like",
        "existsInString",
        "existsInStringAsAWord",
        "notExistsInString",
        "beginsWith",
        "endsWith",
        "contains",
        "notContains",
        "isAnniversary",
        "isNotAnniversary",
        "greaterThanAnniversary",
        "lessThanAnniversary",
    ],
};

pub(super) const LOGICAL_OPERATORS: Enumeration = Enumeration {
    name: "LogicalOperators",
    words: &["OR", "AND"],
};

pub(super) const SOAP_TYPE: Enumeration = Enumeration {
    name: "SoapType",
    words: &["xsd:string", "xsd:boolean", "xsd:double", "xsd:dateTime"],
};

pub(super) const SYSTEM_STATUS_TYPE: Enumeration = Enumeration {
    name: "SystemStatusType",
    words: &["OK", "UnplannedOutage", "InMaintenance"],
};

pub(super) const RECURRENCE_TYPE_ENUM: Enumeration = Enumeration {
    name: "RecurrenceTypeEnum",
    words: &[
        "Secondly", "Minutely", "Hourly", "Daily", "Weekly", "Monthly", "Yearly",
    ],
};

pub(super) const RECURRENCE_RANGE_TYPE_ENUM: Enumeration = Enumeration {
    name: "RecurrenceRangeTypeEnum",
    words: &["EndAfter", "EndOn"],
};

pub(super) const DATA_EXTENSION_FIELD_TYPE: Enumeration = Enumeration {
    name: "DataExtensionFieldType",
    words: &[
        "Text",
        "Number",
        "Date",
        "Boolean",
        "EmailAddress",
        "Phone",
        "Decimal",
        "Locale",
        "Base16Encrypted",
        "Base16EncryptedEmail",
    ],
};

pub(super) const SUBSCRIBER_STATUS: Enumeration = Enumeration {
    name: "SubscriberStatus",
    words: &["Active", "Bounced", "Held", "Unsubscribed", "Deleted"],
};

pub(super) const EMAIL_TYPE: Enumeration = Enumeration {
    name: "EmailType",
    words: &["Text", "HTML"],
};

pub(super) const LIST_TYPE_ENUM: Enumeration = Enumeration {
    name: "ListTypeEnum",
    words: &[
        "Public",
        "Private",
        "SalesForce",
        "GlobalUnsubscribe",
        "Master",
    ],
};

pub(super) const LIST_CLASSIFICATION_ENUM: Enumeration = Enumeration {
    name: "ListClassificationEnum",
    words: &["ExactTargetList", "PublicationList", "SuppressionList"],
};

pub(super) const SEND_CLASSIFICATION_TYPE_ENUM: Enumeration = Enumeration {
    name: "SendClassificationTypeEnum",
    words: &["Operational", "Marketing"],
};

pub(super) const TRIGGERED_SEND_TYPE_ENUM: Enumeration = Enumeration {
    name: "TriggeredSendTypeEnum",
    words: &["Continuous", "Batched", "Scheduled"],
};

pub(super) const TRIGGERED_SEND_STATUS_ENUM: Enumeration = Enumeration {
    name: "TriggeredSendStatusEnum",
    words: &["New", "Inactive", "Active", "Canceled", "Deleted", "Moved"],
};

pub(super) const EVENT_TYPE: Enumeration = Enumeration {
    name: "EventType",
    words: &[
        "Open",
        "Click",
        "HardBounce",
        "SoftBounce",
        "OtherBounce",
        "Unsubscribe",
        "Sent",
        "NotSent",
        "Survey",
        "ForwardedEmail",
        "ForwardedEmailOptIn",
        "DeliveredEvent",
    ],
};

pub(super) const ACCOUNT_TYPE_ENUM: Enumeration = Enumeration {
    name: "AccountTypeEnum",
    words: &[
        "None",
        "EXACTTARGET",
        "PRO_CONNECT",
        "CHANNEL_CONNECT",
        "CONNECT",
        "PRO_CONNECT_CLIENT",
        "LP_MEMBER",
        "DOTO_MEMBER",
        "ENTERPRISE_2",
        "BUSINESS_UNIT",
    ],
};

pub(super) const UNSUBSCRIBE_BEHAVIOR_ENUM: Enumeration = Enumeration {
    name: "UnsubscribeBehaviorEnum",
    words: &["ENTIRE_ENTERPRISE", "BUSINESS_UNIT_ONLY"],
};

pub(super) const LAYOUT_TYPE: Enumeration = Enumeration {
    name: "LayoutType",
    words: &["HTMLWrapped", "RawText", "SMS"],
};

pub(super) const SEND_DEFINITION_LIST_TYPE_ENUM: Enumeration = Enumeration {
    name: "SendDefinitionListTypeEnum",
    words: &[
        "SourceList",
        "ExclusionList",
        "DomainExclusion",
        "OptOutList",
    ],
};

pub(super) const DATA_SOURCE_TYPE_ENUM: Enumeration = Enumeration {
    name: "DataSourceTypeEnum",
    words: &[
        "List",
        "CustomObject",
        "DomainExclusion",
        "SalesForceReport",
        "SalesForceCampaign",
        "FilterDefinition",
        "OptOutList",
    ],
};

pub(super) const FILE_TYPE: Enumeration = Enumeration {
    name: "FileType",
    words: &["CSV", "TAB", "Other"],
};

pub(super) const IMPORT_DEFINITION_UPDATE_TYPE: Enumeration = Enumeration {
    name: "ImportDefinitionUpdateType",
    words: &[
        "AddAndUpdate",
        "AddAndDoNotUpdate",
        "UpdateButDoNotAdd",
        "Merge",
        "Overwrite",
        "ColumnBased",
    ],
};

pub(super) const IMPORT_DEFINITION_FIELD_MAPPING_TYPE: Enumeration = Enumeration {
    name: "ImportDefinitionFieldMappingType",
    words: &["InferFromColumnHeadings", "MapByOrdinal", "ManualMap"],
};

/// All of them.
pub(super) const ALL: &[&Enumeration] = &[
    &ASYNC_RESPONSE_TYPE,
    &RESPOND_WHEN,
    &SAVE_ACTION,
    &REQUEST_TYPE,
    &PRIORITY,
    &SIMPLE_OPERATORS,
    &LOGICAL_OPERATORS,
    &SOAP_TYPE,
    &SYSTEM_STATUS_TYPE,
    &RECURRENCE_TYPE_ENUM,
    &RECURRENCE_RANGE_TYPE_ENUM,
    &DATA_EXTENSION_FIELD_TYPE,
    &SUBSCRIBER_STATUS,
    &EMAIL_TYPE,
    &LIST_TYPE_ENUM,
    &LIST_CLASSIFICATION_ENUM,
    &SEND_CLASSIFICATION_TYPE_ENUM,
    &TRIGGERED_SEND_TYPE_ENUM,
    &TRIGGERED_SEND_STATUS_ENUM,
    &EVENT_TYPE,
    &ACCOUNT_TYPE_ENUM,
    &UNSUBSCRIBE_BEHAVIOR_ENUM,
    &LAYOUT_TYPE,
    &SEND_DEFINITION_LIST_TYPE_ENUM,
    &DATA_SOURCE_TYPE_ENUM,
    &FILE_TYPE,
    &IMPORT_DEFINITION_UPDATE_TYPE,
    &IMPORT_DEFINITION_FIELD_MAPPING_TYPE,
];
