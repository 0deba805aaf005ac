//! The words of a notice in the shape of each channel. A retry says exactly the same.

use askama::Template;
use countersign_model::Timestamp;
use countersign_model::notice::{Notice, NoticeKind};
use serde::Serialize;

/// The event name, as Standard Webhooks writes them.
pub(crate) fn event_type(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::IncidentOpened => "incident.opened",
        NoticeKind::IncidentChanged => "incident.changed",
        NoticeKind::IncidentResolved => "incident.resolved",
    }
}

/// The page of the notice's incident, if the dashboard's address is known.
pub(crate) fn link(notice: &Notice, dashboard_url: Option<&str>) -> Option<String> {
    dashboard_url.map(|url| {
        format!(
            "{}/incidents/{}",
            url.trim_end_matches('/'),
            notice.incident
        )
    })
}

/// The body of a webhook: `type`, `timestamp` (when the notice was written) and `data`.
#[derive(Serialize)]
struct WebhookBody<'a> {
    #[serde(rename = "type")]
    event_type: &'static str,
    timestamp: Timestamp,
    data: WebhookData<'a>,
}

/// `notice` and `incident` are ids; `summary` stays under 60 words, `detail` is for below the fold;
/// `team` and `url` may be null.
#[derive(Serialize)]
struct WebhookData<'a> {
    notice: &'a str,
    incident: &'a str,
    team: Option<&'a str>,
    subject: &'a str,
    summary: &'a str,
    detail: &'a [String],
    url: Option<&'a str>,
}

pub(crate) fn webhook_body(notice: &Notice, dashboard_url: Option<&str>) -> String {
    let url = link(notice, dashboard_url);
    let body = WebhookBody {
        event_type: event_type(notice.kind),
        timestamp: notice.created_at,
        data: WebhookData {
            notice: notice.id.as_str(),
            incident: notice.incident.as_str(),
            team: notice.team.as_deref(),
            subject: &notice.subject,
            summary: &notice.summary,
            detail: &notice.detail,
            url: url.as_deref(),
        },
    };
    serde_json::to_string(&body).expect("text and instants always serialise")
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct MailText<'a> {
    notice: &'a Notice,
    link: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailHtml<'a> {
    notice: &'a Notice,
    link: Option<&'a str>,
}

/// The words of a mail.
pub(crate) struct MailWords {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

pub(crate) fn mail_words(notice: &Notice, dashboard_url: Option<&str>) -> MailWords {
    let link = link(notice, dashboard_url);
    let link = link.as_deref();
    let why = "a template over text cannot fail";
    MailWords {
        subject: one_line(&notice.subject),
        text: MailText { notice, link }.render().expect(why),
        html: MailHtml { notice, link }.render().expect(why),
    }
}

/// A header is one line, whatever a name in the estate holds.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
