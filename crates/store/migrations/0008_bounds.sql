-- Outcomes that nobody can read: off the road, so that it goes on, and kept for whoever looks.
CREATE TABLE unreadable (
  seq         INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  reason      TEXT NOT NULL,
  body        BLOB
) STRICT;

-- Failures of one integration, class and minute: how many rows are kept, of how many facts.
CREATE TABLE failure_minute (
  at          INTEGER NOT NULL,
  integration TEXT NOT NULL,       -- empty where none is known
  class       TEXT NOT NULL,
  n_kept      INTEGER NOT NULL,
  n_seen      INTEGER NOT NULL,
  PRIMARY KEY (at, integration, class)
) STRICT, WITHOUT ROWID;

-- How often the ledger had to let go of something, since it was made.
CREATE TABLE dropped (
  what TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
