-- What people said is to be expected; one rule for each incident, as it was last.
CREATE TABLE expectation (
  incident TEXT PRIMARY KEY,
  made_at  INTEGER NOT NULL,
  over_at  INTEGER,
  body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
