//! What names a person, or holds a contact: left out of every answer that a read-only consumer sees, and
//! nothing it may filter by, since a filter that matches tells as much as a value.

/// Fields that do, wherever they stand, in lower case.
const FIELDS: [&str; 62] = [
    "address",
    "addresses",
    "autoforwardtoemailaddress",
    "autoforwardtoname",
    "bcc",
    "bccemail",
    "cc",
    "ccemail",
    "contactid",
    "contactkey",
    "createdby",
    "createdbyname",
    "createdbyuser",
    "email",
    "emailaddress",
    "employee",
    "employeename",
    "fax",
    "firstname",
    "fromaddress",
    "fromemail",
    "fromname",
    "fullname",
    "ipaddress",
    "keys",
    "lastmodifiedby",
    "lastmodifiedbyname",
    "lastname",
    "lastpausedby",
    "lastsavedby",
    "lastsavedbyname",
    "mobilenumber",
    "modifiedby",
    "modifiedbyname",
    "modifiedbyuser",
    "name_of_user",
    "notificationemail",
    "notificationemailaddress",
    "notificationemails",
    "owner",
    "ownername",
    "partneruserkey",
    "phone",
    "preferred_username",
    "publishedby",
    "publishedbyname",
    "recipient",
    "recipients",
    "replytoaddress",
    "replytodisplayname",
    "replytoemail",
    "senderheaderemailaddress",
    "senderheadername",
    "sessionid",
    "sub",
    "subscriberid",
    "subscriberkey",
    "to",
    "user",
    "useragent",
    "userid",
    "username",
];
/// Also left out: the values of a row.
const VALUES: [&str; 1] = ["values"];

/// What may be known of an app user: whether and since when it works, and where.
const USER: [&str; 13] = [
    "accountuserid",
    "activeflag",
    "businessunit",
    "createddate",
    "defaultbusinessunit",
    "delete",
    "id",
    "isapiuser",
    "islocked",
    "lastsuccessfullogin",
    "modifieddate",
    "mustchangepassword",
    "objectid",
];

/// Whether a field of that name is shown.
pub(crate) fn shows(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    !FIELDS.contains(&field.as_str()) && !VALUES.contains(&field.as_str())
}

/// The same for a field of a SOAP object of `kind`: an app user has a name as well.
pub(crate) fn shows_of(kind: &str, field: &str) -> bool {
    match is_person(kind) {
        true => USER.contains(&field.to_ascii_lowercase().as_str()),
        false => shows(field),
    }
}

/// Whether a SOAP object of that kind is a person.
pub(crate) fn is_person(kind: &str) -> bool {
    matches!(kind, "AccountUser" | "AccountUserAccount")
}

/// Whether a value is somebody's address, whatever the field is called.
pub(crate) fn is_address(value: &str) -> bool {
    value.contains('@')
}
