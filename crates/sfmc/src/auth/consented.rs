//! The grants that go back to a person's consent: a code, and the refresh tokens that follow it.

use super::{AUTHORIZATION_CODE, Asked, Order, REFRESH_TOKEN, words};
use crate::envelope;
use crate::fault::{Kind, Place};
use crate::grant::{Consent, Shown};
use crate::package::{Package, seconds};
use crate::platform::Platform;
use crate::request::Answer;
use crate::switch::Name;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What a token is asked for with, once it has been looked at and before it is spent.
pub(crate) enum Source {
    /// The client itself.
    Client,
    /// A code that can be redeemed, and what it was consented to.
    Code(String, Consent),
    /// A refresh token that can be exchanged.
    Refresh(String, Consent),
    /// A refresh token that was exchanged a moment ago, and what the answer was.
    Again(String, Consent, Value),
}

/// What a code is redeemed with beside itself.
pub(crate) struct Proof<'a> {
    pub(crate) redirect_uri: Option<&'a str>,
    pub(crate) verifier: Option<&'a str>,
}

impl Source {
    pub(crate) fn consent(&self) -> Option<&Consent> {
        match self {
            Source::Client => None,
            Source::Code(_, consent)
            | Source::Refresh(_, consent)
            | Source::Again(_, consent, _) => Some(consent),
        }
    }
}

impl Platform {
    /// The MID of the consent that a request goes back to.
    pub(super) fn mid_consented(&self, asked: &Asked, package: &Package) -> Option<u64> {
        let token = asked.refresh_token.as_deref()?;
        let is_refresh = asked.grant_type == REFRESH_TOKEN;
        is_refresh.then(|| self.world.grants.mid_of(&package.label, token))?
    }

    /// `invalid_grant`.
    fn grant_refused(&self, words: &str) -> Answer {
        envelope::oauth(
            self.status(Name::RefreshRefusedStatus),
            "invalid_grant",
            words,
        )
    }

    /// Looks at what the token is asked for with; spends nothing.
    pub(super) fn source(
        &mut self,
        now: Timestamp,
        asked: &Asked,
        package: &Package,
        place: &Place,
    ) -> Result<Source, Answer> {
        let missing = |platform: &Platform, words| {
            let status = platform.status(Name::InvalidRequestStatus);
            envelope::oauth(status, "invalid_request", words)
        };
        match asked.grant_type.as_str() {
            REFRESH_TOKEN => match asked.refresh_token.as_deref() {
                None | Some("") => Err(missing(self, words::NO_REFRESH_TOKEN)),
                Some(token) => self.refreshing(now, token, package, place),
            },
            AUTHORIZATION_CODE => match asked.code.as_deref() {
                None | Some("") => Err(missing(self, words::NO_CODE)),
                Some(code) => self.redeeming(now, code, asked, package),
            },
            _ => Ok(Source::Client),
        }
    }

    fn refreshing(
        &mut self,
        now: Timestamp,
        token: &str,
        package: &Package,
        place: &Place,
    ) -> Result<Source, Answer> {
        let reuse_s = self.switch(Name::RefreshReuseS);
        let source = match self.refresh_token(now, token, &package.label, reuse_s) {
            Some(source) if !self.is_lost(now, &source, place) => source,
            _ => {
                self.world.exchanges.refused(token);
                return Err(self.grant_refused(words::BAD_REFRESH_TOKEN));
            }
        };
        Ok(source)
    }

    /// What a refresh token can be exchanged for. One that was spent longer than `reuse_s` ago ends
    /// its family.
    pub(crate) fn refresh_token(
        &mut self,
        now: Timestamp,
        token: &str,
        label: &str,
        reuse_s: u64,
    ) -> Option<Source> {
        match self.world.grants.judge(now, label, token) {
            Shown::Nothing => None,
            Shown::Live(consent, _) => Some(Source::Refresh(token.to_owned(), consent)),
            Shown::Spent {
                consent,
                at,
                answer,
            } if now.duration_since(at) < seconds(reuse_s) => Some(Source::Again(
                token.to_owned(),
                consent,
                shortened(answer, now, at),
            )),
            Shown::Spent { consent, .. } => {
                if self.switch(Name::ReuseKillsFamily) != 0 {
                    self.world.grants.kill(|one| one.family == consent.family);
                }
                None
            }
        }
    }

    /// Whether a fault has lost what was handed out before it; a new consent is another matter.
    pub(crate) fn is_lost(&mut self, now: Timestamp, source: &Source, place: &Place) -> bool {
        let Some(since) = self.broken_since(Kind::RefreshTokenLost, place) else {
            return false;
        };
        let older = match source {
            Source::Refresh(token, consent) => {
                match self.world.grants.judge(now, &consent.label, token) {
                    Shown::Live(_, made_at) => made_at <= since,
                    Shown::Nothing | Shown::Spent { .. } => true,
                }
            }
            _ => true,
        };
        older && self.broken(now, Kind::RefreshTokenLost, place)
    }

    fn redeeming(
        &mut self,
        now: Timestamp,
        text: &str,
        asked: &Asked,
        package: &Package,
    ) -> Result<Source, Answer> {
        let proof = Proof {
            redirect_uri: asked.redirect_uri.as_deref(),
            verifier: asked.code_verifier.as_deref(),
        };
        let Some(scopes) = self.redeemable(now, &package.label, text, proof) else {
            return Err(self.grant_refused(words::BAD_CODE));
        };
        let consent = Consent {
            label: package.label.clone(),
            mid: asked.mid(package.home).unwrap_or(package.home),
            scopes,
            family: self.world.grants.next_family(),
        };
        Ok(Source::Code(text.to_owned(), consent))
    }

    /// The scopes that a code of this client was consented to, if it can be redeemed. One that was
    /// redeemed before ends what came of it.
    pub(crate) fn redeemable(
        &mut self,
        now: Timestamp,
        label: &str,
        text: &str,
        proof: Proof<'_>,
    ) -> Option<Vec<String>> {
        let code = self.world.codes.find(label, text).cloned()?;
        if let Some(family) = code.redeemed {
            if self.switch(Name::ReuseKillsFamily) != 0 {
                self.world.grants.kill(|one| one.family == family);
                let tokens = &mut self.world.tokens;
                tokens.revoke(|token| token.family == Some(family));
                self.core_end_family(family);
            }
            return None;
        }
        let proven = match (&code.question.challenge, proof.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, Some(_)) | (Some(_), None) => false,
        };
        let same = proof.redirect_uri == Some(code.question.redirect_uri.as_str());
        (now < code.ends_at && proven && same).then_some(code.question.scopes)
    }

    /// Spends what the token is asked for with, and mints.
    pub(super) fn exchanged(&mut self, now: Timestamp, order: Order<'_>, source: Source) -> Value {
        let days = self.switch(Name::RefreshDays);
        match source {
            Source::Client => self.mint(now, order),
            Source::Again(token, _, answer) => {
                self.world.exchanges.exchanged(&token);
                answer
            }
            Source::Code(text, consent) => {
                self.world.codes.redeem(&text, consent.family);
                let mut answer = self.mint(now, order);
                answer["refresh_token"] = json!(self.remember(now, consent, days));
                answer
            }
            Source::Refresh(token, consent) => {
                self.world.exchanges.exchanged(&token);
                let mut answer = self.mint(now, order);
                if self.switch(Name::RefreshRotates) == 0 {
                    answer["refresh_token"] = json!(token);
                    return answer;
                }
                answer["refresh_token"] = json!(self.remember(now, consent, days));
                self.world.grants.spend(now, &token, answer.clone());
                answer
            }
        }
    }
}

/// An answer of a while ago, as it would read now.
fn shortened(mut answer: Value, now: Timestamp, at: Timestamp) -> Value {
    let passed_s = u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0);
    for name in ["expires_in", "expiresIn"] {
        if let Some(told) = answer.get(name).and_then(Value::as_u64) {
            answer[name] = json!(told.saturating_sub(passed_s));
        }
    }
    answer
}
