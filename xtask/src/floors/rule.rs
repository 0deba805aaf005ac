//! The tables `floors` judges by. A change here is a change of the house: say why in the reason.

/// The floor of the door that composes both planes; it alone may use the workshop.
pub(crate) const TOP_FLOOR: u64 = 6;

/// Outside crates that run tasks, or reach sockets, files, clocks, threads, terminals or chance.
pub(crate) const IMPURE: &[&str] = &[
    "async-std",
    "axum",
    "fastrand",
    "getrandom",
    "h2",
    "hyper",
    "hyper-util",
    "lettre",
    "libsqlite3-sys",
    "mio",
    "notify",
    "polling",
    "quinn",
    "rand",
    "reqwest",
    "rusqlite",
    "signal-hook-registry",
    "smol",
    "socket2",
    "tempfile",
    "tokio",
    "tokio-postgres",
    "tower-http",
    "tracing",
    "tracing-subscriber",
    "uuid",
    "walkdir",
];

/// Edges a pure crate may have beneath it, and why: (from, to, reason).
///
/// The walk does not follow them. `to` is still found when another edge leads there.
pub(crate) const PASSAGES: &[(&str, &str, &str)] = &[(
    "ring",
    "getrandom",
    "AEAD, HKDF, HMAC and hashes take key, nonce and message as arguments; the part of ring that \
     asks for chance starts at `SystemRandom::new`, which clippy.toml bans outside `host::entropy`",
)];

/// An outside crate that only some rooms may depend on directly.
pub(crate) struct Keeper {
    /// The outside crate.
    pub(crate) outside: &'static str,
    /// The rooms that may name it in their manifest.
    pub(crate) rooms: &'static [&'static str],
    /// Why it has keepers.
    pub(crate) reason: &'static str,
}

/// Walls around outside crates.
pub(crate) const KEPT_BY: &[Keeper] = &[
    Keeper {
        outside: "rusqlite",
        rooms: &["store", "vault-store"],
        reason: "an SQL statement lives beside the port it serves",
    },
    Keeper {
        outside: "reqwest",
        rooms: &[
            "oauth",
            "gateway",
            "broker",
            "notify",
            "watch",
            "host",
            "brokerd",
            "watchd",
            "countersign",
            "bench",
        ],
        reason: "few rooms speak to the outside, and they are named; host sets the client's limits",
    },
    Keeper {
        outside: "lettre",
        rooms: &["notify"],
        reason: "mail leaves through one channel",
    },
    Keeper {
        outside: "quick-xml",
        rooms: &["etframework"],
        reason: "XML of strangers is read in one place, within bounds",
    },
    Keeper {
        outside: "anyhow",
        rooms: &["watchd", "brokerd", "countersign", "bench", "xtask"],
        reason: "a library says which errors it has; only a door may gather them",
    },
    Keeper {
        outside: "tracing-subscriber",
        rooms: &["host"],
        reason: "one place decides where log lines go",
    },
    Keeper {
        outside: "ring",
        rooms: &[
            "bench",
            "seal",
            "vault",
            "sfmc",
            "host",
            "broker",
            "watch",
            "web",
            "notify",
            "brokerd",
            "watchd",
            "countersign",
        ],
        reason: "whoever computes with keys is named; among the pure crates these are seal, vault \
                 and sfmc",
    },
];

/// A room that must never reach certain others, directly or through any path.
pub(crate) struct Apart {
    /// The room that must not know.
    pub(crate) room: &'static str,
    /// What it must not reach; a room, or an outside crate by its name.
    pub(crate) never: &'static [&'static str],
    /// Why.
    pub(crate) reason: &'static str,
}

/// Pairs the floors would allow and the house does not.
pub(crate) const APART: &[Apart] = &[
    Apart {
        room: "sfmc",
        never: &["detect", "incident", "refresh", "model"],
        reason: "the model of the provider shares no table with those who judge it",
    },
    Apart {
        room: "notify",
        never: &["incident", "detect"],
        reason: "whoever delivers a notice has no opinion about it",
    },
    Apart {
        room: "web",
        never: &["watch"],
        reason: "pages read the store and know nothing of the loops that fill it",
    },
    Apart {
        room: "oauth",
        never: &["vault", "vault-store"],
        reason: "whoever speaks to token endpoints is handed one secret and can fetch no other",
    },
    Apart {
        room: "broker",
        never: &["gateway", "web", "watch"],
        reason: "the services of one plane do not know each other",
    },
    Apart {
        room: "gateway",
        never: &["broker", "vault", "vault-store"],
        reason: "the gateway knows a source of tokens and not where they come from",
    },
    Apart {
        room: "secret",
        never: &["serde", "tracing"],
        reason: "a secret type that can be serialised or logged will be",
    },
    Apart {
        room: "watchd",
        never: &["brokerd"],
        reason: "a door composes one process and knows no other door",
    },
    Apart {
        room: "brokerd",
        never: &["watchd"],
        reason: "a door composes one process and knows no other door",
    },
];

/// A package's room: its directory under `crates/`, which is its name without our prefix.
pub(crate) fn room(package: &str) -> &str {
    package.strip_prefix("countersign-").unwrap_or(package)
}
