//! Accounts, business units, users and roles.

use super::enumeration;
use crate::field::{Type, boolean, date_time, group, int, long, named, plain, text, word};

pub(super) const TYPES: &[Type] = &[
    plain("Locale", &[text("LocaleCode")]).extends("APIObject"),
    plain("TimeZone", &[text("Name")]).extends("APIObject"),
    plain(
        "Permission",
        &[
            text("Name"),
            text("Description"),
            text("ObjectType"),
            text("Operation"),
            boolean("IsShareable"),
            boolean("IsAllowed"),
            boolean("IsDenied"),
        ],
    )
    .extends("APIObject"),
    plain(
        "PermissionSet",
        &[
            text("Name"),
            text("Description"),
            boolean("IsAllowed"),
            boolean("IsDenied"),
            group(
                "PermissionSets",
                &[named("PermissionSet", "PermissionSet").many()],
            ),
            group("Permissions", &[named("Permission", "Permission").many()]),
        ],
    )
    .extends("APIObject"),
    plain(
        "AccountUser",
        &[
            int("AccountUserID").nillable().shown(),
            text("UserID").always().shown(),
            text("Name").always().shown(),
            text("Email").always().shown(),
            boolean("MustChangePassword").shown(),
            boolean("ActiveFlag").shown(),
            int("Delete").always().otherwise("0"),
            date_time("LastSuccessfulLogin").shown(),
            boolean("IsAPIUser").shown(),
            text("NotificationEmailAddress").shown(),
            boolean("IsLocked").shown(),
            int("BusinessUnit"),
            int("DefaultBusinessUnit").shown(),
            text("DefaultApplication"),
            named("Locale", "Locale").parts(&["LocaleCode"]),
            named("TimeZone", "TimeZone").parts(&["ID", "Name"]),
            group("Roles", &[named("Role", "Role").many()]).shown(),
        ],
    )
    .extends("APIObject")
    .retrieved(&[
        "Client.ID",
        "Client.ModifiedBy",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
        "ObjectID",
        "CustomerKey",
    ]),
    plain(
        "AccountUserAccount",
        &[
            named("AccountUser", "AccountUser").parts(&["AccountUserID"]),
            named("Account", "Account").parts(&["ID"]),
        ],
    )
    .extends("APIObject")
    .undescribed()
    .retrieved(&["PartnerKey", "ObjectID"]),
    plain(
        "Account",
        &[
            word("AccountType", &enumeration::ACCOUNT_TYPE_ENUM)
                .always()
                .shown()
                .otherwise("None"),
            int("ParentID").shown(),
            text("Name").shown(),
            text("Email").shown(),
            text("FromName").shown(),
            text("BusinessName").shown(),
            text("Phone"),
            text("Address"),
            text("Fax"),
            text("City"),
            text("State"),
            text("Zip"),
            text("Country"),
            int("IsActive").shown(),
            boolean("IsTestAccount").shown(),
            int("OrgID"),
            int("DBID"),
            text("ParentName").shown(),
            long("CustomerID").shown(),
            int("EditionID").shown(),
            boolean("InheritAddress"),
            boolean("IsTrialAccount"),
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
    plain(
        "BusinessUnit",
        &[
            text("Description").shown(),
            word(
                "MasterUnsubscribeBehavior",
                &enumeration::UNSUBSCRIBE_BEHAVIOR_ENUM,
            )
            .shown(),
        ],
    )
    .extends("Account")
    .retrieved(&[
        "Client.ID",
        "PartnerKey",
        "CreatedDate",
        "ModifiedDate",
        "ID",
        "ObjectID",
        "CustomerKey",
        "AccountType",
        "ParentID",
        "Name",
        "Email",
        "FromName",
        "BusinessName",
        "IsActive",
        "IsTestAccount",
        "ParentName",
        "CustomerID",
        "EditionID",
    ]),
    plain(
        "Role",
        &[
            text("Name").shown(),
            text("Description").shown(),
            boolean("IsPrivate").shown(),
            boolean("IsSystemDefined").shown(),
            boolean("ForceInheritance").shown(),
            group(
                "PermissionSets",
                &[named("PermissionSet", "PermissionSet").many()],
            )
            .shown(),
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
    ]),
];
