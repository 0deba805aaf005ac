//! Which scope an object asks for. It is looked at before anything is looked up.

use crate::token::Token;

/// Scopes of some objects: what reads, what changes, and what runs or sends. One of each is enough.
struct Row {
    objects: &'static [&'static str],
    read: &'static [&'static str],
    write: &'static [&'static str],
    run: &'static [&'static str],
}

/// The provider's permissions (scope names documented; folders show what stands in them).
const ROWS: &[Row] = &[
    Row {
        objects: &[
            "DataExtension",
            "DataExtensionField",
            "DataExtensionTemplate",
            "DataExtensionObject",
        ],
        read: &["data_extensions_read"],
        write: &["data_extensions_write"],
        run: &["data_extensions_write"],
    },
    Row {
        objects: &["Subscriber", "List", "ListSubscriber", "Group"],
        read: &["list_and_subscribers_read"],
        write: &["list_and_subscribers_write"],
        run: &["list_and_subscribers_write"],
    },
    Row {
        objects: &[
            "Email",
            "ContentArea",
            "SenderProfile",
            "DeliveryProfile",
            "SendClassification",
            "TriggeredSendDefinition",
            "TriggeredSendSummary",
            "EmailSendDefinition",
        ],
        read: &["email_read"],
        write: &["email_write"],
        run: &["email_send"],
    },
    Row {
        objects: &["TriggeredSend"],
        read: &["email_read"],
        write: &["email_send"],
        run: &["email_send"],
    },
    Row {
        objects: &[
            "Send",
            "ListSend",
            "SentEvent",
            "NotSentEvent",
            "OpenEvent",
            "ClickEvent",
            "BounceEvent",
            "UnsubEvent",
        ],
        read: &["tracking_events_read"],
        write: &["tracking_events_write"],
        run: &[],
    },
    Row {
        objects: &[
            "Automation",
            "Program",
            "QueryDefinition",
            "ImportDefinition",
            "FilterDefinition",
        ],
        read: &["automations_read"],
        write: &["automations_write"],
        run: &["automations_execute"],
    },
    Row {
        objects: &["Portfolio"],
        read: &["documents_and_images_read"],
        write: &["documents_and_images_write"],
        run: &[],
    },
    Row {
        objects: &["AccountUser", "AccountUserAccount", "Role"],
        read: &["users_read"],
        write: &["users_write"],
        run: &["users_write"],
    },
    Row {
        objects: &["Account", "BusinessUnit"],
        read: &["accounts_read"],
        write: &["accounts_write"],
        run: &["accounts_write"],
    },
    Row {
        objects: &["DataFolder"],
        read: &[
            "saved_content_read",
            "data_extensions_read",
            "email_read",
            "list_and_subscribers_read",
            "automations_read",
        ],
        write: &[
            "saved_content_write",
            "data_extensions_write",
            "email_write",
            "list_and_subscribers_write",
            "automations_write",
        ],
        run: &[],
    },
];

/// What is to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Retrieve,
    Create,
    Update,
    Delete,
    Perform,
}

impl Deed {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Deed::Retrieve => "Retrieve",
            Deed::Create => "Create",
            Deed::Update => "Update",
            Deed::Delete => "Delete",
            Deed::Perform => "Perform",
        }
    }
}

/// Why a token may not, in the words of an answer; `None` if it may.
pub(super) fn refusal(token: &Token, object: &str, deed: Deed) -> Option<String> {
    let row = ROWS.iter().find(|row| row.objects.contains(&object));
    let scopes = row.map_or(&[][..], |row| match deed {
        Deed::Retrieve => row.read,
        Deed::Create | Deed::Update | Deed::Delete => row.write,
        Deed::Perform => row.run,
    });
    // Clients look for the first three words.
    let words = || format!("API Permission Failed: {} of {object}", deed.as_str());
    (!token.holds_any(scopes)).then(words)
}

#[cfg(test)]
mod tests;
