-- Weaknesses that are not (yet) an outage; one row for each kind and subject, as it was last.
CREATE TABLE finding (
  id        TEXT PRIMARY KEY,
  since     INTEGER NOT NULL,
  closed_at INTEGER,
  body      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_open ON finding (since) WHERE closed_at IS NULL;
