//! One call of a log, borrowed from where its line lies.

/// Most unknown fields of one line that are told apart.
const OTHERS_MAX: usize = 4;

/// One call, borrowed from its line. An absent text is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line<'a> {
    /// Its id; a legal one, or empty.
    pub id: &'a str,
    /// When it happened, in ms since 1970; `None` if the line does not say.
    pub ts_ms: Option<i64>,
    /// Who reports it.
    pub source: &'a str,
    /// Whose it is; not checked to be an id.
    pub integration: &'a str,
    /// Its business unit; not checked to be an id.
    pub bu: &'a str,
    /// Its credential; not checked to be an id.
    pub credential: &'a str,
    /// Who made the call; not checked to be an id.
    pub consumer: &'a str,
    /// The OAuth client id beside it.
    pub client_id: &'a str,
    /// Address of the caller; not checked to be one.
    pub peer_ip: &'a str,
    /// It asks for a token.
    pub is_mint: bool,
    /// HTTP method.
    pub method: &'a str,
    /// Route without its query.
    pub route: &'a str,
    /// HTTP status from 100 to 599; 0 if there was none.
    pub status: u16,
    /// The error code.
    pub error_code: &'a str,
    /// Which try it was.
    pub attempt: Option<u32>,
    /// The outcome it retries; a legal id, or empty.
    pub retry_of: &'a str,
    /// How long it took.
    pub latency_ms: Option<u64>,
    /// How many equal facts it stands for, at least 1.
    pub n: u64,
    /// Names of fields that are not known; the rest is empty.
    pub others: [&'a str; OTHERS_MAX],
}
