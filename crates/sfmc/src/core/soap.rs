//! `login` and `logout` of the partner API: user name and password for a session, in XML.

use super::ConnectedApp;
use crate::fault::Kind;
use crate::platform::{Judged, Platform};
use crate::request::{Answer, Request};
use crate::switch::Name;
use jiff::Timestamp;

/// Longest value read, bytes.
const VALUE_BYTES_MAX: usize = 4 * 1024;

/// The text of the first element of that name, whatever its prefix.
fn element(body: &str, name: &str) -> Option<String> {
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>')?;
        let tag = rest[..end].split_whitespace().next().unwrap_or_default();
        let local = tag.rsplit_once(':').map_or(tag, |(_, local)| local);
        if local != name {
            continue;
        }
        let inside = &rest[end + 1..];
        let text = &inside[..inside.find('<')?];
        return (text.len() <= VALUE_BYTES_MAX).then(|| plain(text));
    }
    None
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

fn envelope(inside: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"urn:partner.soap.sforce.com\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>{inside}\
         </soapenv:Body></soapenv:Envelope>"
    )
}

fn fault(code: &str, words: &str) -> Answer {
    let inside = format!(
        "<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {words}</faultstring>\
         <detail><sf:LoginFault xsi:type=\"sf:LoginFault\"><sf:exceptionCode>{code}\
         </sf:exceptionCode><sf:exceptionMessage>{words}</sf:exceptionMessage></sf:LoginFault>\
         </detail></soapenv:Fault>"
    );
    Answer::xml(500, envelope(&inside))
}

const BAD_LOGIN: &str = "Invalid username, password, security token; or user locked out.";

impl Platform {
    /// Answers a call of the partner API.
    pub(super) fn core_soap(&mut self, now: Timestamp, request: &Request) -> Judged {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let username = element(&body, "username").unwrap_or_default();
        let apps = self.world.org.apps.values();
        let app = apps
            .into_iter()
            .find(|app| app.username == username)
            .cloned();
        let place = self.place_of_app(app.as_ref());
        let answer = self.reached(now, &place, |platform| {
            if platform.core_down(now, &place) {
                return fault("SERVER_UNAVAILABLE", "The service is unavailable");
            }
            if request.method != "POST" {
                return fault("UNKNOWN_EXCEPTION", "Only POST is supported.");
            }
            if let Some(session) = element(&body, "sessionId") {
                return platform.core_logout(&session);
            }
            let password = element(&body, "password").unwrap_or_default();
            let right = |app: &&ConnectedApp| app.password == password;
            let Some(app) = app.as_ref().filter(right) else {
                return fault("INVALID_LOGIN", BAD_LOGIN);
            };
            if platform.core_broken(now, Kind::RateLimited, &place) {
                return fault("LOGIN_RATE_EXCEEDED", "Login rate exceeded.");
            }
            match platform.core_accepts_user(now, request, app, &place) {
                Ok(()) => platform.core_logged_in(now, app),
                Err(_) => fault("INVALID_LOGIN", BAD_LOGIN),
            }
        });
        Judged {
            client_id: app.map(|app| app.client_id),
            place,
            answer,
        }
    }

    fn core_logged_in(&mut self, now: Timestamp, app: &ConnectedApp) -> Answer {
        let session = self.core_open(now, app, (vec!["full".to_owned()], None));
        let base = self.base_url().trim_end_matches('/').to_owned();
        let org = self.world.org.records.org_id();
        let life_s = self.switch(Name::CoreSessionS);
        let inside = format!(
            "<loginResponse><result><metadataServerUrl>{base}/services/Soap/m/66.0/{org}\
             </metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>false</sandbox>\
             <serverUrl>{base}/services/Soap/u/66.0/{org}</serverUrl><sessionId>{session}\
             </sessionId><userId>{user}</userId><userInfo><organizationId>{org}</organizationId>\
             <sessionSecondsValid>{life_s}</sessionSecondsValid><userId>{user}</userId></userInfo>\
             </result></loginResponse>",
            user = app.user,
        );
        Answer::xml(200, envelope(&inside))
    }

    fn core_logout(&mut self, session: &str) -> Answer {
        if self.world.org.sessions.find(session).is_none() {
            return fault(
                "INVALID_SESSION_ID",
                "Invalid Session ID found in SessionHeader",
            );
        }
        self.world.org.sessions.end(session);
        Answer::xml(200, envelope("<logoutResponse/>"))
    }
}
