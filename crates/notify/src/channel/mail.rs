//! Mail over SMTP: plain text first, HTML beside it, threaded by incident.
//!
//! `Message-ID` is the notice's id, so that a second attempt of an accepted mail is recognised by
//! mailboxes that look; `References` is the incident's, so that its mails form one thread.

use super::{DeliveryResult, is_loopback, secret_of};
use crate::config::{ChannelConfig, ChannelFault, MailConfig, MailSecurity};
use crate::message::{self, MailWords};
use countersign_model::Timestamp;
use countersign_model::notice::Notice;
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::{Duration, SystemTime};

/// Time one SMTP command has.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// Time one attempt has in all.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Mailbox,
}

impl Mail {
    /// One for each address, with that address.
    pub(super) fn build(
        config: &ChannelConfig,
        mail: &MailConfig,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<(String, Mail)>, ChannelFault> {
        let from = mailbox(&mail.from).map_err(|why| config.fault("from", why))?;
        let transport = transport(config, mail, lookup)?;
        if mail.to.is_empty() {
            return Err(config.fault("to", "names no address: write at least one"));
        }
        let one = |text: &String| {
            let to = mailbox(text).map_err(|why| config.fault("to", why))?;
            let address = to.email.to_string();
            Ok((
                address,
                Mail {
                    transport: transport.clone(),
                    from: from.clone(),
                    to,
                },
            ))
        };
        mail.to.iter().map(one).collect()
    }

    pub(super) async fn deliver(
        &self,
        now: Timestamp,
        notice: &Notice,
        dashboard_url: Option<&str>,
    ) -> DeliveryResult {
        let words = message::mail_words(notice, dashboard_url);
        let Ok(letter) = self.letter(now, notice, words) else {
            return DeliveryResult::Refused {
                error: "the mail cannot be written".to_owned(),
            };
        };
        let sent = tokio::time::timeout(ATTEMPT_TIMEOUT, self.transport.send(letter)).await;
        match sent {
            Ok(Ok(_)) => DeliveryResult::Accepted,
            Ok(Err(error)) => judge(&error),
            Err(_) => DeliveryResult::failed("the mail server took longer than 30 s"),
        }
    }

    fn letter(
        &self,
        now: Timestamp,
        notice: &Notice,
        words: MailWords,
    ) -> Result<Message, lettre::error::Error> {
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(words.subject)
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{}@{domain}>", notice.id)))
            .references(format!("<{}@{domain}>", notice.incident))
            .multipart(MultiPart::alternative_plain_html(words.text, words.html))
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is not a mail address: write name@example.org"))
}

fn transport(
    config: &ChannelConfig,
    mail: &MailConfig,
    lookup: &impl Fn(&str) -> Option<String>,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, ChannelFault> {
    let tls = || {
        TlsParameters::new(mail.server.clone())
            .map_err(|_| config.fault("server", "is no name TLS can check: write a host name"))
    };
    let (tls, usual_port) = match mail.security {
        MailSecurity::Starttls => (Tls::Required(tls()?), 587),
        MailSecurity::Implicit => (Tls::Wrapper(tls()?), 465),
        MailSecurity::None if is_loopback(&mail.server) => (Tls::None, 25),
        MailSecurity::None => {
            let why = "none is for a server on this machine only: write starttls or implicit";
            return Err(config.fault("security", why));
        }
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&mail.server)
        .port(mail.port.unwrap_or(usual_port))
        .tls(tls)
        .timeout(Some(COMMAND_TIMEOUT));
    match (&mail.user, &mail.password_env) {
        (Some(user), Some(variable)) => {
            let password = secret_of(config, "password_env", variable, lookup)?;
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        (None, None) => {}
        (Some(_), None) => return Err(config.fault("password_env", "is missing beside user")),
        (None, Some(_)) => return Err(config.fault("user", "is missing beside password_env")),
    }
    Ok(builder.build())
}

/// 550 to 554 refuse this mail or this address for good (RFC 5321 section 4.2.3). Everything else,
/// a refused sign-in among it, can be mended and is tried again.
fn judge(error: &lettre::transport::smtp::Error) -> DeliveryResult {
    let Some(code) = error.status() else {
        let words = if error.is_timeout() {
            "no answer from the mail server within 10 s"
        } else if error.is_tls() {
            "no protected connection to the mail server"
        } else {
            "no connection to the mail server"
        };
        return DeliveryResult::failed(words);
    };
    let code = u16::from(code);
    let error = format!("the mail server answered {code}");
    match code {
        550..=554 => DeliveryResult::Refused { error },
        _ => DeliveryResult::failed(error),
    }
}
