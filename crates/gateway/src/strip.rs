//! Contacts leave an answer before a read-only consumer sees it: values of rows, and whatever names
//! a person. Counts, states, times and names of things stay.

use serde_json::Value;

/// Fields whose value is left out, in lower case.
const FIELDS: [&str; 26] = [
    "keys",
    "values",
    "contactkey",
    "subscriberkey",
    "to",
    "address",
    "email",
    "emailaddress",
    "phone",
    "mobilenumber",
    "firstname",
    "lastname",
    "username",
    "employeename",
    "employee",
    "ipaddress",
    "useragent",
    "sessionid",
    "user",
    "createdby",
    "modifiedby",
    "createdbyname",
    "lastpausedby",
    "sub",
    "preferred_username",
    "name_of_user",
];
/// What stands where a value was.
const GONE: &str = "(not shown to a read-only consumer)";
/// Deepest nesting followed; deeper values are left out whole.
const DEPTH_MAX: usize = 32;

/// The answer without contacts; `None` if it cannot be read, and then nothing of it may pass.
pub(crate) fn contacts(body: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    strip(&mut value, 0);
    serde_json::to_vec(&value).ok()
}

fn strip(value: &mut Value, depth: usize) {
    if depth > DEPTH_MAX {
        *value = Value::from(GONE);
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if FIELDS.contains(&name.to_ascii_lowercase().as_str()) {
                    *value = Value::from(GONE);
                } else {
                    strip(value, depth + 1);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, depth + 1)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
