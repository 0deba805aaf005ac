//! The objects there are, and their fields.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Id,
    Text,
    Email,
    Number,
    Flag,
    Time,
    /// The id of a record of that object.
    Reference(&'static str),
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Type,
    /// Whether clients may write it.
    pub(super) writable: bool,
    /// Whether a new record needs it.
    pub(super) required: bool,
}

/// An object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    pub(super) name: &'static str,
    pub(super) plural: &'static str,
    /// First three characters of its ids.
    pub(super) prefix: &'static str,
    pub(super) fields: &'static [Field],
    /// Whether clients may make and delete records.
    pub(super) creatable: bool,
}

const fn of(name: &'static str, kind: Type) -> Field {
    Field {
        name,
        kind,
        writable: true,
        required: false,
    }
}

const fn needed(field: Field) -> Field {
    Field {
        required: true,
        ..field
    }
}

const fn fixed(name: &'static str, kind: Type) -> Field {
    Field {
        name,
        kind,
        writable: false,
        required: false,
    }
}

const ID: Field = fixed("Id", Type::Id);
const OWNER: Field = of("OwnerId", Type::Reference("User"));
const MADE: Field = fixed("CreatedDate", Type::Time);
const CHANGED: Field = fixed("LastModifiedDate", Type::Time);
const STAMP: Field = fixed("SystemModstamp", Type::Time);
const GONE: Field = fixed("IsDeleted", Type::Flag);
const NAME: Field = needed(of("Name", Type::Text));
const LAST: Field = needed(of("LastName", Type::Text));
const FIRST: Field = of("FirstName", Type::Text);
const WHOLE: Field = fixed("Name", Type::Text);
const MAIL: Field = of("Email", Type::Email);
const PHONE: Field = of("Phone", Type::Text);

/// All of them.
pub(super) const OBJECTS: &[Object] = &[
    Object {
        name: "Account",
        plural: "Accounts",
        prefix: "001",
        fields: &[
            ID,
            NAME,
            of("Type", Type::Text),
            of("Industry", Type::Text),
            of("BillingCountry", Type::Text),
            of("AnnualRevenue", Type::Number),
            of("NumberOfEmployees", Type::Number),
            of("Website", Type::Text),
            PHONE,
            OWNER,
            MADE,
            CHANGED,
            STAMP,
            GONE,
        ],
        creatable: true,
    },
    Object {
        name: "Campaign",
        plural: "Campaigns",
        prefix: "701",
        fields: &[
            ID,
            NAME,
            of("Status", Type::Text),
            of("IsActive", Type::Flag),
            OWNER,
            MADE,
            CHANGED,
            STAMP,
            GONE,
        ],
        creatable: true,
    },
    Object {
        name: "Contact",
        plural: "Contacts",
        prefix: "003",
        fields: &[
            ID,
            FIRST,
            LAST,
            WHOLE,
            MAIL,
            PHONE,
            of("AccountId", Type::Reference("Account")),
            of("HasOptedOutOfEmail", Type::Flag),
            OWNER,
            MADE,
            CHANGED,
            STAMP,
            GONE,
        ],
        creatable: true,
    },
    Object {
        name: "Lead",
        plural: "Leads",
        prefix: "00Q",
        fields: &[
            ID,
            FIRST,
            LAST,
            WHOLE,
            needed(of("Company", Type::Text)),
            MAIL,
            PHONE,
            of("Status", Type::Text),
            of("LeadSource", Type::Text),
            fixed("IsConverted", Type::Flag),
            OWNER,
            MADE,
            CHANGED,
            STAMP,
            GONE,
        ],
        creatable: true,
    },
    Object {
        name: "Organization",
        plural: "Organizations",
        prefix: "00D",
        fields: &[
            ID,
            fixed("Name", Type::Text),
            fixed("OrganizationType", Type::Text),
            fixed("InstanceName", Type::Text),
            fixed("IsSandbox", Type::Flag),
            MADE,
            CHANGED,
            STAMP,
        ],
        creatable: false,
    },
    Object {
        name: "User",
        plural: "Users",
        prefix: "005",
        fields: &[
            ID,
            of("Username", Type::Text),
            FIRST,
            LAST,
            WHOLE,
            MAIL,
            of("IsActive", Type::Flag),
            of("UserType", Type::Text),
            of("TimeZoneSidKey", Type::Text),
            of("LocaleSidKey", Type::Text),
            fixed("LastLoginDate", Type::Time),
            MADE,
            CHANGED,
            STAMP,
        ],
        creatable: false,
    },
];

impl Object {
    /// The field of that name, whatever its case.
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// The object of that name, whatever its case.
pub(super) fn find(name: &str) -> Option<&'static Object> {
    OBJECTS
        .iter()
        .find(|object| object.name.eq_ignore_ascii_case(name))
}
