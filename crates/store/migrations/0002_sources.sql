-- Keys of producers of outcomes: only hashes are kept. No list of integrations: it may speak for all.
CREATE TABLE source (
  name         TEXT PRIMARY KEY,
  hash         BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  integrations TEXT,
  added_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
