//! How a failure of each kind of integration shows, and what customers then see wrong.

use countersign_model::estate::IntegrationKind;

/// How a failure of one kind shows, and whom it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// How it shows in what is counted.
    pub shows: &'static str,
    /// What customers see wrong.
    pub customers: &'static str,
}

/// The signature of a kind.
#[must_use]
pub fn signature(kind: IntegrationKind) -> Signature {
    let (shows, customers) = match kind {
        IntegrationKind::OnDemand => (
            "Sends fall to nothing while the send stays active; what is asked for waits at the caller.",
            "They wait for a mail they just asked for, and ask again.",
        ),
        IntegrationKind::RealTime => (
            "Nobody enters the journey, while those inside go on moving and it stays running.",
            "They get no reaction to what they just did; its moment does not come back.",
        ),
        IntegrationKind::Etl => (
            "Runs end as completed with no rows, and the table keeps its row count.",
            "They get right-looking mails with yesterday's facts: old balances, old offers.",
        ),
        IntegrationKind::ThirdParty => (
            "The other product shows its connection as fine; its audiences stop changing here.",
            "They are addressed as they were, and not as they are now.",
        ),
        IntegrationKind::JourneyHttp => (
            "Contacts in flight fail at the outside call; the journey stays running.",
            "They get the default branch, or nothing, in the middle of a journey.",
        ),
        IntegrationKind::Mcc => (
            "Marketing Cloud shows the connection as set up, while the CRM refuses its user.",
            "Service and sales know something that marketing mails contradict.",
        ),
        IntegrationKind::Reporting => (
            "Extracts stop; nothing that customers see depends on them.",
            "They notice nothing; reports are old.",
        ),
        IntegrationKind::Monitoring => (
            "Probes stop, so that less is seen.",
            "They notice nothing; the next failure is seen later.",
        ),
    };
    Signature { shows, customers }
}
