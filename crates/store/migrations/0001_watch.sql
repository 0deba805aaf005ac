-- The watch's ledger. Instants are Unix milliseconds. Bodies are JSON of the model's types; the
-- columns beside them are what is searched by.

-- The road of outcomes: producers append, the pipeline reads past its cursor.
CREATE TABLE outcome (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  received_at INTEGER NOT NULL,
  integration TEXT,
  body        TEXT NOT NULL
) STRICT;
CREATE INDEX outcome_by_integration ON outcome (integration, seq) WHERE integration IS NOT NULL;
CREATE INDEX outcome_by_received ON outcome (received_at);

-- Ids seen lately, so that a producer may send again without harm.
CREATE TABLE outcome_seen (
  id      TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_seen_by_time ON outcome_seen (seen_at);

CREATE TABLE estate (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  put_at INTEGER NOT NULL,
  body   TEXT NOT NULL
) STRICT;

-- Where the pipeline stands, and what its detectors remember.
CREATE TABLE pipeline (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  cursor INTEGER NOT NULL,
  state  TEXT NOT NULL
) STRICT;

CREATE TABLE incident (
  id          TEXT PRIMARY KEY,
  state       TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  resolved_at INTEGER,
  body        TEXT NOT NULL
) STRICT;
CREATE INDEX incident_by_state ON incident (state, started_at);
CREATE INDEX incident_by_end ON incident (resolved_at) WHERE resolved_at IS NOT NULL;

CREATE TABLE integration_status (
  integration TEXT PRIMARY KEY,
  body        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The outbox: a notice and one delivery per channel, written with the change they tell of.
CREATE TABLE notice (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  id          TEXT NOT NULL UNIQUE,
  incident    TEXT NOT NULL,
  accepted_at INTEGER,             -- a channel took it
  told        INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)), -- the incident knows that
  body        TEXT NOT NULL
) STRICT;
CREATE INDEX notice_by_incident ON notice (incident, seq);
CREATE INDEX notice_untold ON notice (seq) WHERE accepted_at IS NOT NULL AND told = 0;

CREATE TABLE delivery (
  notice     TEXT NOT NULL REFERENCES notice (id),
  channel    TEXT NOT NULL,
  seq        INTEGER NOT NULL,     -- of its notice: the order in which a channel is told
  incident   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'done', 'dead')),
  attempts   INTEGER NOT NULL DEFAULT 0,
  first_at   INTEGER,              -- of the first attempt that failed
  next_at    INTEGER NOT NULL DEFAULT 0,
  ended_at   INTEGER,
  last_error TEXT,
  PRIMARY KEY (notice, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_pending ON delivery (next_at, seq) WHERE state = 'pending';
CREATE INDEX delivery_order ON delivery (incident, channel, seq);

-- Who may look. Only hashes are kept; instants here are of the wall clock.
CREATE TABLE sign_in_link (
  hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
  hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE api_token (
  hash  BLOB PRIMARY KEY CHECK (length(hash) = 32),
  label TEXT NOT NULL
) STRICT, WITHOUT ROWID;
