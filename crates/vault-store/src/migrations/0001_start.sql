-- Times are milliseconds since 1970. `wrap` and `sealed` are sealed records (vault::Sealed).
CREATE TABLE meta (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    vault_id   BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE master_key (
    id         BLOB    PRIMARY KEY,
    sentinel   BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE system_key (
    name TEXT PRIMARY KEY,
    wrap BLOB NOT NULL
) STRICT;

CREATE TABLE bu_key (
    bu   TEXT PRIMARY KEY,
    wrap BLOB NOT NULL
) STRICT;

CREATE TABLE credential_key (
    credential TEXT PRIMARY KEY,
    bu         TEXT NOT NULL REFERENCES bu_key (bu),
    wrap       BLOB NOT NULL
) STRICT;

CREATE TABLE credential_secret (
    credential TEXT    NOT NULL REFERENCES credential_key (credential) ON DELETE CASCADE,
    version    INTEGER NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('staged', 'active', 'retired')),
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (credential, version)
) STRICT;
CREATE UNIQUE INDEX credential_secret_active ON credential_secret (credential) WHERE role = 'active';

CREATE TABLE credential_record (
    credential TEXT    PRIMARY KEY,
    record     TEXT,
    disabled   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A slot without a token keeps its generation, so that a late answer is recognised.
CREATE TABLE slot (
    slot       TEXT    PRIMARY KEY,
    credential TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    facts      TEXT,
    sealed     BLOB
) STRICT;
CREATE INDEX slot_credential ON slot (credential);

CREATE TABLE consumer (
    id         TEXT    PRIMARY KEY,
    lookup     BLOB    NOT NULL UNIQUE,
    record     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE estate (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    json TEXT    NOT NULL,
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    outcome TEXT    NOT NULL
) STRICT;

CREATE TABLE outbox_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    row_count INTEGER NOT NULL,
    bytes   INTEGER NOT NULL,
    dropped INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_state VALUES (1, 0, 0, 0);

CREATE TABLE audit (
    seq  INTEGER PRIMARY KEY,
    body BLOB    NOT NULL,
    hash BLOB    NOT NULL
) STRICT;

CREATE TABLE audit_checkpoint (
    seq       INTEGER PRIMARY KEY,
    body      BLOB    NOT NULL,
    signature BLOB    NOT NULL
) STRICT;
