//! Shapes: what lines have in common besides their time. Each is kept once and known by a number.

use crate::seen::{equal, mark};
use countersign_feed::line::Line;
use countersign_model::id::{BuId, ConsumerId, CredentialId, IntegrationId, OutcomeId};
use countersign_model::outcome::{Call, Fact, Outcome};
use countersign_model::{Timestamp, outcome};
use std::collections::BTreeMap;

/// Places of the memo; a power of two.
const MEMO: usize = 1 << 13;
/// Most shapes told apart in one thread; beyond it a route is left out.
const SHAPES_MAX: usize = 200_000;

/// Whose a line is, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Who {
    pub(crate) source: String,
    pub(crate) integration: Option<IntegrationId>,
    pub(crate) bu: Option<BuId>,
    pub(crate) credential: Option<CredentialId>,
    pub(crate) consumer: Option<ConsumerId>,
    pub(crate) client_id: Option<String>,
}

/// What happened, as far as it has no numbers of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct What {
    pub(crate) kind: Kind,
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) error_code: String,
}

/// Which kind of outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Call,
    Mint,
    Other(&'static str),
}

/// One shape.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// The number of its [`Who`].
    pub(crate) who: u32,
    pub(crate) what: What,
}

impl What {
    /// A call that went well: counted by the minute, and not kept itself.
    pub(crate) fn is_counted(&self) -> bool {
        self.kind == Kind::Call && !self.is_failure()
    }

    /// An exchange that did not go well.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.kind, Kind::Call | Kind::Mint)
            && (self.status == 0
                || self.status >= 400
                || !matches!(self.error_code.as_str(), "" | "0" | "none"))
    }

    /// Throttling and failures of the provider in a call: nothing about its credential, so that
    /// successes before and after it need not be told apart.
    pub(crate) fn is_the_providers(&self) -> bool {
        self.kind == Kind::Call && (self.status == 429 || self.status >= 500)
    }

    /// The fact of this shape, with the numbers of one line.
    /// `None` for a kind whose lines are kept whole.
    pub(crate) fn fact(&self, attempt: Option<u32>, retry_of: Option<OutcomeId>) -> Option<Fact> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let call = Call {
            method: some(&self.method),
            route: some(&self.route),
            status: (self.status != 0).then_some(self.status),
            error_code: some(&self.error_code),
            attempt,
            retry_of,
            latency_ms: None,
        };
        match self.kind {
            Kind::Call => Some(Fact::Call(call)),
            Kind::Mint => Some(Fact::Mint {
                call,
                expires_in: None,
                scope: None,
                generation: None,
                refresh_at: None,
                grant: None,
            }),
            Kind::Other(_) => None,
        }
    }

    /// How it went, in a word or two.
    pub(crate) fn how(&self) -> String {
        match (self.status, self.error_code.as_str()) {
            (0, "") => "no answer".to_owned(),
            (0, code) => code.to_owned(),
            (status, "" | "0" | "none") => status.to_string(),
            (status, code) => format!("{status} {code}"),
        }
    }
}

impl Who {
    /// Whose an outcome is.
    pub(crate) fn of(outcome: &Outcome, client_id: Option<&str>) -> Who {
        Who {
            source: outcome.source.clone(),
            integration: outcome.integration.clone(),
            bu: outcome.bu.clone(),
            credential: outcome.credential.clone(),
            consumer: outcome.consumer.clone(),
            client_id: client_id.map(str::to_owned),
        }
    }

    /// What it is called in counts.
    pub(crate) fn name(&self) -> String {
        let integration = self.integration.as_ref().map(ToString::to_string);
        let credential = || {
            self.credential
                .as_ref()
                .map(|id| format!("credential {id}"))
        };
        integration
            .or_else(credential)
            .unwrap_or_else(|| "unknown".to_owned())
    }

    /// Whether nothing but a route may say whose it is.
    pub(crate) fn is_bare(&self) -> bool {
        let named = self.integration.is_some() || self.credential.is_some();
        !named && self.consumer.is_none() && self.client_id.is_none()
    }

    /// An outcome of this origin.
    pub(crate) fn outcome(&self, id: OutcomeId, ts: Timestamp, n: u64, fact: Fact) -> Outcome {
        outcome::Outcome {
            id,
            ts,
            source: self.source.clone(),
            integration: self.integration.clone(),
            bu: self.bu.clone(),
            credential: self.credential.clone(),
            consumer: self.consumer.clone(),
            peer_ip: None,
            n,
            fact,
        }
    }

    /// Reads whose a line is; `None` if an id in it is none.
    fn of_line(line: &Line<'_>) -> Option<Who> {
        fn id<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
            match text {
                "" => Some(None),
                text => text.parse().ok().map(Some),
            }
        }
        Some(Who {
            source: match line.source {
                "" => "unknown".to_owned(),
                source => source.to_owned(),
            },
            integration: id(line.integration)?,
            bu: id(line.bu)?,
            credential: id(line.credential)?,
            consumer: id(line.consumer)?,
            client_id: (!line.client_id.is_empty()).then(|| line.client_id.to_owned()),
        })
    }
}

/// Everything a line's shape is found by, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    texts: [String; TEXTS],
    status: u16,
    is_mint: bool,
}

/// What a written shape comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// The shape under which it is counted.
    pub(crate) shape: u32,
    pub(crate) who: u32,
    /// The operation, equal for all answers to it.
    pub(crate) operation: u32,
    pub(crate) is_counted: bool,
    pub(crate) is_failure: bool,
    /// See [`What::is_the_providers`].
    pub(crate) is_the_providers: bool,
}

/// All shapes of one thread.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    pub(crate) whos: Vec<Who>,
    pub(crate) shapes: Vec<Shape>,
    who_numbers: BTreeMap<Who, u32>,
    shape_numbers: BTreeMap<(u32, What), u32>,
    operations: BTreeMap<(u32, String, String), u32>,
    written: Vec<(Written, Option<Found>)>,
    written_numbers: BTreeMap<Written, u32>,
    memo: Vec<u32>,
}

impl Shapes {
    /// The shape of a call or mint; `None` if an id in it is none.
    pub(crate) fn of_line(&mut self, line: &Line<'_>) -> Option<Found> {
        if self.memo.is_empty() {
            self.memo = vec![u32::MAX; MEMO];
        }
        let texts = texts(line);
        let mut hash = u64::from(line.status);
        // The others seldom tell shapes apart; what is found is compared in full.
        for text in [line.integration, line.credential, line.consumer, line.route] {
            hash = hash.rotate_left(7) ^ mark(text.as_bytes());
        }
        let place = (hash ^ (hash >> 32)) as usize % MEMO;
        let known = self.memo[place] as usize;
        if let Some((written, found)) = self.written.get(known)
            && written.is_of(line, &texts)
        {
            return *found;
        }
        let number = self.number_of(line, &texts);
        self.memo[place] = number;
        self.written[number as usize].1
    }

    fn number_of(&mut self, line: &Line<'_>, texts: &[&str; TEXTS]) -> u32 {
        let mut written = Written {
            texts: texts.map(str::to_owned),
            status: line.status,
            is_mint: line.is_mint,
        };
        if self.written.len() >= SHAPES_MAX {
            written.texts[ROUTE].clear();
        }
        if let Some(number) = self.written_numbers.get(&written) {
            return *number;
        }
        let found = self.found(line, &written.texts[ROUTE]);
        let number = number(self.written.len());
        self.written.push((written.clone(), found));
        self.written_numbers.insert(written, number);
        number
    }

    fn found(&mut self, line: &Line<'_>, route: &str) -> Option<Found> {
        let who = Who::of_line(line)?;
        let what = What {
            kind: if line.is_mint { Kind::Mint } else { Kind::Call },
            method: line.method.to_owned(),
            route: route.to_owned(),
            status: line.status,
            error_code: line.error_code.to_owned(),
        };
        Some(self.of_fact(who, what))
    }

    /// The shape of anything.
    pub(crate) fn of_fact(&mut self, who: Who, what: What) -> Found {
        let next = number(self.whos.len());
        let who_number = *self.who_numbers.entry(who).or_insert_with_key(|who| {
            self.whos.push(who.clone());
            next
        });
        let next = number(self.operations.len());
        let operation = (who_number, what.method.clone(), what.route.clone());
        let operation = *self.operations.entry(operation).or_insert(next);
        let is_failure = what.is_failure();
        let is_counted = what.is_counted();
        let is_the_providers = what.is_the_providers();
        let what = match is_counted {
            true => merged(&self.whos[who_number as usize], &what),
            false => what,
        };
        let next = number(self.shapes.len());
        let shape = *self
            .shape_numbers
            .entry((who_number, what))
            .or_insert_with_key(|(who, what)| {
                self.shapes.push(Shape {
                    who: *who,
                    what: what.clone(),
                });
                next
            });
        Found {
            shape,
            who: who_number,
            operation,
            is_counted,
            is_failure,
            is_the_providers,
        }
    }
}

/// Successes are told apart by the beginning of their route only, where anything else says whose
/// they are.
fn merged(who: &Who, what: &What) -> What {
    let n_parts = if who.is_bare() { usize::MAX } else { 3 };
    let parts: Vec<&str> = what.route.split('/').take(n_parts).collect();
    What {
        kind: what.kind,
        method: String::new(),
        route: parts.join("/"),
        status: 200,
        error_code: String::new(),
    }
}

/// Texts by which a line's shape is found, and the place of its route among them.
const TEXTS: usize = 9;
const ROUTE: usize = 7;

fn texts<'a>(line: &Line<'a>) -> [&'a str; TEXTS] {
    [
        line.source,
        line.integration,
        line.bu,
        line.credential,
        line.consumer,
        line.client_id,
        line.method,
        line.route,
        line.error_code,
    ]
}

impl Written {
    fn is_of(&self, line: &Line<'_>, texts: &[&str; TEXTS]) -> bool {
        let mut pairs = self.texts.iter().zip(texts);
        self.status == line.status
            && self.is_mint == line.is_mint
            && pairs.all(|(known, text)| equal(known.as_bytes(), text.as_bytes()))
    }
}

pub(crate) fn number(len: usize) -> u32 {
    u32::try_from(len).expect("bounded by the number of shapes")
}
