-- What outcomes came to, by minute and by hour: they themselves are kept for a short while only.
CREATE TABLE rollup_minute (
  integration TEXT NOT NULL,
  at          INTEGER NOT NULL,
  family      TEXT NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (integration, at, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_minute_by_time ON rollup_minute (at);
CREATE TABLE rollup_hour (
  integration TEXT NOT NULL,
  at          INTEGER NOT NULL,
  family      TEXT NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (integration, at, family)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_hour_by_time ON rollup_hour (at);

-- Outcomes that failed, with the class they were given; copied here by the turn that judged them.
CREATE TABLE failure (
  seq         INTEGER PRIMARY KEY,
  received_at INTEGER NOT NULL,
  integration TEXT,
  class       TEXT NOT NULL,
  body        TEXT NOT NULL
) STRICT;
CREATE INDEX failure_by_integration ON failure (integration, seq) WHERE integration IS NOT NULL;

-- The road of outcomes is read and removed by its sequence alone.
DROP INDEX outcome_by_integration;
DROP INDEX outcome_by_received;
