//! Data extensions, their columns and rows, and folders.

use super::enumeration;
use crate::field::{Type, boolean, group, int, long, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain(
        "DataExtension",
        &[
            text("Name").edited().needed().up_to(200),
            text("Description").edited().up_to(200),
            boolean("IsSendable").edited(),
            boolean("IsTestable").edited(),
            named("SendableDataExtensionField", "DataExtensionField")
                .parts(&["Name"])
                .written(),
            named("SendableSubscriberField", "Attribute")
                .parts(&["Name"])
                .written(),
            named("Template", "DataExtensionTemplate").parts(&["CustomerKey"]),
            int("DataRetentionPeriodLength").edited(),
            int("DataRetentionPeriodUnitOfMeasure").edited(),
            boolean("RowBasedRetention").edited(),
            boolean("ResetRetentionPeriodOnImport").edited(),
            boolean("DeleteAtEndOfRetentionPeriod").edited(),
            text("RetainUntil").edited(),
            group("Fields", &[named("Field", "DataExtensionField").many()]).written(),
            long("CategoryID").edited(),
            text("Status").shown(),
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
    plain(
        "DataExtensionField",
        &[
            int("Ordinal").shown(),
            boolean("IsPrimaryKey").shown(),
            word("FieldType", &enumeration::DATA_EXTENSION_FIELD_TYPE).shown(),
            named("DataExtension", "DataExtension").parts(&["CustomerKey"]),
        ],
    )
    .extends("PropertyDefinition")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ObjectID",
        "CustomerKey",
        "Name",
        "Scale",
        "DefaultValue",
        "MaxLength",
        "IsRequired",
    ]),
    plain(
        "DataExtensionTemplate",
        &[
            text("Name").shown(),
            text("Description").shown(),
            boolean("IsSendable").shown().undescribed(),
            boolean("IsTestable").shown().undescribed(),
            text("SendableCustomObjectField").shown().undescribed(),
            text("SendableSubscriberField").shown().undescribed(),
            int("DataRetentionPeriodLength").shown().undescribed(),
            int("DataRetentionPeriodUnitOfMeasure")
                .shown()
                .undescribed(),
            boolean("RowBasedRetention").shown().undescribed(),
            boolean("ResetRetentionPeriodOnImport")
                .shown()
                .undescribed(),
            boolean("DeleteAtEndOfRetentionPeriod")
                .shown()
                .undescribed(),
            text("RetainUntil").shown().undescribed(),
        ],
    )
    .extends("APIObject")
    .retrieved(&["PartnerKey", "ObjectID", "CustomerKey"]),
    plain(
        "ObjectExtension",
        &[
            text("Type"),
            group("Properties", &[named("Property", "APIProperty").many()]),
        ],
    )
    .extends("APIObject"),
    plain(
        "DataExtensionObject",
        &[
            text("Name"),
            group("Keys", &[named("Key", "APIProperty").many()]).written(),
        ],
    )
    .extends("ObjectExtension")
    .kept(&["CustomerKey"]),
    plain(
        "Attribute",
        &[text("Name").always(), text("Value").always()],
    ),
    plain(
        "DataFolder",
        &[
            named("ParentFolder", "DataFolder").parts(&["ID", "ObjectID", "CustomerKey", "Name"]),
            text("Name").edited().needed().up_to(200),
            text("Description").edited().needed(),
            text("ContentType").shown().needed(),
            boolean("IsActive").edited(),
            boolean("IsEditable").edited(),
            boolean("AllowChildren").edited(),
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
