//! Who signed in: `/services/oauth2/userinfo` and `/id/{org}/{user}`.

use super::{ConnectedApp, refusal};
use crate::platform::Platform;
use crate::request::{Answer, Request};
use serde_json::{Value, json};

/// Where an org's services are; `{version}` is for the client to fill in.
fn urls(base: &str, user: &str) -> Value {
    json!({
        "rest": format!("{base}/services/data/v{{version}}/"),
        "sobjects": format!("{base}/services/data/v{{version}}/sobjects/"),
        "query": format!("{base}/services/data/v{{version}}/query/"),
        "partner": format!("{base}/services/Soap/u/{{version}}/00D000000000001"),
        "profile": format!("{base}/{user}"),
    })
}

impl Platform {
    fn core_person(&self, app: &ConnectedApp) -> impl Fn(&str) -> Value {
        let user = self.world.org.records.get("User", &app.user).cloned();
        move |name: &str| {
            let found = user.as_ref().and_then(|user| user.get(name));
            found.cloned().unwrap_or(Value::Null)
        }
    }

    pub(super) fn core_userinfo(&self, request: &Request, app: &ConnectedApp) -> Answer {
        if !["GET", "POST"].contains(&request.method.as_str()) {
            return refusal::method(&request.method);
        }
        let person = self.core_person(app);
        let base = self.base_url().trim_end_matches('/');
        let org = self.world.org.records.org_id();
        Answer::json(
            200,
            json!({
                "sub": format!("{base}/id/{org}/{}", app.user),
                "user_id": app.user, "organization_id": org,
                "preferred_username": app.username, "nickname": app.label,
                "name": person("Name"), "email": person("Email"), "email_verified": true,
                "given_name": person("FirstName"), "family_name": person("LastName"),
                "zoneinfo": person("TimeZoneSidKey"), "active": true, "user_type": "STANDARD",
                "language": "en_US", "locale": person("LocaleSidKey"), "utcOffset": -21_600_000,
                "urls": urls(base, &app.user), "updated_at": person("LastModifiedDate"),
            }),
        )
    }

    pub(super) fn core_identity(&self, request: &Request, app: &ConnectedApp) -> Answer {
        let segments = request.segments();
        let [_, org, user] = segments.as_slice() else {
            return refusal::not_found();
        };
        let own = self.world.org.records.org_id();
        // Both are known by their first 15 characters.
        let is = |whole: &str, text: &str| text.len() >= 15 && whole.starts_with(text);
        if !is(&own, org) || !is(&app.user, user) {
            return refusal::not_found();
        }
        let person = self.core_person(app);
        let base = self.base_url().trim_end_matches('/');
        Answer::json(
            200,
            json!({
                "id": format!("{base}/id/{own}/{}", app.user), "asserted_user": true,
                "user_id": app.user, "organization_id": own, "username": app.username,
                "nick_name": app.label, "display_name": person("Name"), "email": person("Email"),
                "first_name": person("FirstName"), "last_name": person("LastName"),
                "timezone": person("TimeZoneSidKey"), "active": true, "user_type": "STANDARD",
                "language": "en_US", "locale": person("LocaleSidKey"), "utcOffset": -21_600_000,
                "urls": urls(base, &app.user), "last_modified_date": person("LastModifiedDate"),
                "is_app_installed": true,
            }),
        )
    }
}
