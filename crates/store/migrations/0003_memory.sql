-- What the detectors remember, in parts: a turn writes those that it changed.
CREATE TABLE memory (
  part TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The memory in one piece that was here is not read any more: detectors start afresh.
ALTER TABLE pipeline DROP COLUMN state;
