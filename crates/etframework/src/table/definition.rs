//! Definitions of sends by user or automation, of imports and of filters.

use super::enumeration;
use crate::field::{Type, boolean, group, int, named, plain, text, time, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "EmailSendDefinition",
        &[
            named("SendDefinitionList", "SendDefinitionList")
                .many()
                .edited(),
            named("Email", "Email").parts(&["ID"]).written(),
            text("BccEmail").edited(),
            text("AutoBccEmail").edited(),
            text("TestEmailAddr").edited(),
            text("EmailSubject").edited(),
            text("DynamicEmailSubject").edited(),
            boolean("IsMultipart").edited(),
            boolean("IsWrapped").edited(),
            int("SendLimit").edited(),
            time("SendWindowOpen").edited(),
            time("SendWindowClose").edited(),
            boolean("SendWindowDelete"),
            boolean("DeduplicateByEmail").edited(),
            text("ExclusionFilter").edited(),
            text("Additional").edited(),
            text("CCEmail").edited(),
            time("DeliveryScheduledTime"),
            boolean("IsSeedListSend"),
            named("TimeZone", "TimeZone"),
            int("SeedListOccurance"),
            text("PreHeader").edited(),
            text("ReplyToAddress"),
            text("ReplyToDisplayName"),
            boolean("IsPlatformObject").shown().undescribed(),
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
        "CategoryID",
        "SendClassification.CustomerKey",
        "SendClassification.ObjectID",
        "SenderProfile.CustomerKey",
        "SenderProfile.ObjectID",
        "DeliveryProfile.CustomerKey",
        "DeliveryProfile.ObjectID",
        "DeliveryProfile.PrivateIP",
        "DeliveryProfile.PrivateDomain",
        "FromName",
        "FromAddress",
        "SuppressTracking",
        "IsSendLogging",
    ]),
    plain(
        "AudienceItem",
        &[
            named("List", "List"),
            word(
                "SendDefinitionListType",
                &enumeration::SEND_DEFINITION_LIST_TYPE_ENUM,
            ),
            text("CustomObjectID"),
            word("DataSourceTypeID", &enumeration::DATA_SOURCE_TYPE_ENUM),
        ],
    )
    .extends("APIObject"),
    plain(
        "SendDefinitionList",
        &[
            named("FilterDefinition", "FilterDefinition"),
            boolean("IsTestObject"),
            text("SalesForceObjectID"),
            text("Name"),
            group("Parameters", &[named("Parameter", "APIProperty").many()]),
        ],
    )
    .extends("AudienceItem"),
    plain(
        "FilterDefinition",
        &[
            text("Name").edited().needed(),
            text("Description").edited(),
            named("DataSource", "APIObject").parts(&["CustomerKey", "ObjectID"]),
            named("DataFilter", "FilterPart").shown(),
            int("CategoryID").edited(),
        ],
    )
    .extends("APIObject")
    .kept(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ObjectID",
        "CustomerKey",
    ]),
    plain("FileTransferLocation", &[]).extends("APIObject"),
    plain(
        "ImportDefinition",
        &[
            boolean("AllowErrors").edited(),
            named("DestinationObject", "APIObject")
                .parts(&["ObjectID"])
                .written(),
            word(
                "FieldMappingType",
                &enumeration::IMPORT_DEFINITION_FIELD_MAPPING_TYPE,
            )
            .edited(),
            text("FileSpec").edited(),
            word("FileType", &enumeration::FILE_TYPE).edited(),
            named("RetrieveFileTransferLocation", "FileTransferLocation")
                .parts(&["CustomerKey", "ObjectID"])
                .written(),
            word("UpdateType", &enumeration::IMPORT_DEFINITION_UPDATE_TYPE).edited(),
            int("MaxFileAge").edited(),
            int("MaxFileAgeScheduleOffset").edited(),
            int("MaxImportFrequency").edited(),
            text("Delimiter").edited(),
            int("HeaderLines").edited(),
            text("ControlColumn"),
            text("EndOfLineRepresentation"),
            text("NullRepresentation"),
            boolean("StandardQuotedStrings").edited(),
            text("Filter"),
            named("DateFormattingLocale", "Locale"),
            boolean("DeleteFile").edited(),
            named("SourceObject", "APIObject"),
            int("DestinationType").shown(),
            text("SubscriptionDefinitionId"),
            int("EncodingCodePage"),
            text("SmsMemberSharedShortCodeId"),
        ],
    )
    .extends("InteractionDefinition")
    .kept(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ObjectID",
        "CustomerKey",
        "Name",
        "Description",
    ]),
];
