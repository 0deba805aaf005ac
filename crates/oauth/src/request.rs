//! One token request and how it is written: SFMC's JSON, the form of RFC 6749, the legacy shape.

use countersign_secret::{Secret, TokenBytes};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

/// So much of a secret is enough to be hidden, bytes.
const PIECE_BYTES: usize = 8;

/// How the request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// SFMC's documented JSON, with `account_id`.
    SfmcJson,
    /// `application/x-www-form-urlencoded`, as RFC 6749 has it.
    Form,
    /// The JSON of `/v1/requestToken` (sfmc-api A6): `clientId` and `clientSecret`.
    Legacy,
}

/// What is presented beside the client.
#[derive(Clone, Copy)]
pub enum Presented<'a> {
    /// Nothing: client credentials (RFC 6749 section 4.4).
    Client,
    /// A refresh token (section 6).
    RefreshToken(&'a TokenBytes),
    /// The code of a consent (section 4.1.3), with the proof that we asked for it (RFC 7636).
    Code {
        /// The code.
        code: &'a TokenBytes,
        /// Where it was sent.
        redirect_uri: &'a str,
        /// What the challenge was made from.
        verifier: &'a TokenBytes,
    },
}

/// One token request.
pub struct TokenRequest<'a> {
    /// Where it goes.
    pub token_url: &'a str,
    /// How it is written.
    pub style: Style,
    /// OAuth client id.
    pub client_id: &'a str,
    /// The client's secret.
    pub client_secret: &'a Secret,
    /// What is presented beside it.
    pub presented: Presented<'a>,
    /// The business unit's MID, for SFMC.
    pub account_id: Option<u64>,
    /// Scopes asked for; `None`: all the client holds.
    pub scope: Option<&'a [String]>,
}

/// Lends the text of a secret to be written into a body; the copy is wiped with the body's fields.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl TokenRequest<'_> {
    /// The body and its media type. The secrets in it are wiped with the buffer.
    pub(crate) fn written(&self) -> (&'static str, Zeroizing<Vec<u8>>) {
        let mut fields = Zeroizing::new(Fields(self.fields()));
        match self.style {
            Style::SfmcJson => ("application/json", fields.json(self.account_id)),
            Style::Legacy => ("application/json", fields.json(None)),
            Style::Form => ("application/x-www-form-urlencoded", fields.form()),
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let secret = self.client_secret.expose(text);
        let id = self.client_id.to_owned();
        if self.style == Style::Legacy {
            return vec![("clientId", id), ("clientSecret", secret)];
        }
        let mut fields = Vec::with_capacity(8);
        match self.presented {
            Presented::Client => fields.push(("grant_type", "client_credentials".to_owned())),
            Presented::RefreshToken(token) => {
                fields.push(("grant_type", "refresh_token".to_owned()));
                fields.push(("refresh_token", token.expose(text)));
            }
            Presented::Code {
                code,
                redirect_uri,
                verifier,
            } => {
                fields.push(("grant_type", "authorization_code".to_owned()));
                fields.push(("code", code.expose(text)));
                fields.push(("redirect_uri", redirect_uri.to_owned()));
                fields.push(("code_verifier", verifier.expose(text)));
            }
        }
        fields.push(("client_id", id));
        fields.push(("client_secret", secret));
        if let Some(scope) = self.scope {
            fields.push(("scope", scope.join(" ")));
        }
        fields
    }

    /// Whether a body repeats one of the secrets that were sent.
    pub(crate) fn is_repeated_by(&self, body: &[u8]) -> bool {
        self.any_secret(|secret| {
            !secret.is_empty() && body.windows(secret.len()).any(|window| window == secret)
        })
    }

    /// Whether a short text holds a piece of one of the secrets that were sent.
    pub(crate) fn is_hinted_by(&self, text: &str) -> bool {
        self.any_secret(|secret| {
            let mut pieces = text.as_bytes().windows(PIECE_BYTES);
            pieces.any(|piece| secret.windows(PIECE_BYTES).any(|window| window == piece))
        })
    }

    fn any_secret(&self, mut holds: impl FnMut(&[u8]) -> bool) -> bool {
        let presented = match self.presented {
            Presented::Client => false,
            Presented::RefreshToken(token) => token.expose(&mut holds),
            Presented::Code { code, verifier, .. } => {
                code.expose(&mut holds) || verifier.expose(&mut holds)
            }
        };
        presented || self.client_secret.expose(&mut holds)
    }
}

/// The fields of a body, wiped when they are no longer needed.
struct Fields(Vec<(&'static str, String)>);

impl Zeroize for Fields {
    fn zeroize(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

impl Fields {
    fn json(&mut self, account_id: Option<u64>) -> Zeroizing<Vec<u8>> {
        let mut object = Map::new();
        for (name, value) in &mut self.0 {
            object.insert((*name).to_owned(), Value::String(std::mem::take(value)));
        }
        if let Some(mid) = account_id {
            object.insert("account_id".to_owned(), mid.into());
        }
        let body = serde_json::to_vec(&object).expect("a map of texts is JSON");
        for value in object.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
        Zeroizing::new(body)
    }

    fn form(&self) -> Zeroizing<Vec<u8>> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.0 {
            form.append_pair(name, value);
        }
        Zeroizing::new(form.finish().into_bytes())
    }
}
