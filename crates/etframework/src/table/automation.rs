//! Automations and queries.

use crate::field::{Type, boolean, date_time, int, long, named, plain, text};

pub(super) const TYPES: &[Type] = &[
    // An automation under its older name; clients list automations by it.
    plain(
        "Program",
        &[
            text("Name").shown(),
            text("Description").shown(),
            int("CategoryID").shown(),
        ],
    )
    .extends("APIObject")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ObjectID",
        "CustomerKey",
    ])
    .undescribed(),
    plain(
        "Automation",
        &[
            boolean("IsActive").shown(),
            int("Status").shown(),
            date_time("ScheduledTime").shown(),
            text("AutomationType").shown(),
            text("LastRunInstanceID").shown(),
            long("CreatedBy").shown(),
            text("CategoryID").edited(),
            date_time("LastRunTime").shown(),
            date_time("LastSaveDate").shown(),
            long("ModifiedBy"),
            text("RecurrenceID"),
            long("LastSavedBy").shown(),
            text("ProgramID").shown().undescribed(),
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
    plain(
        "QueryDefinition",
        &[
            text("QueryText").edited().needed(),
            text("TargetType").edited(),
            named("DataExtensionTarget", "InteractionBaseObject")
                .parts(&["CustomerKey", "Name"])
                .written(),
            text("TargetUpdateType").edited(),
            text("FileSpec").edited(),
            text("FileType").edited(),
            text("Status").shown(),
            int("CategoryID").edited(),
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
