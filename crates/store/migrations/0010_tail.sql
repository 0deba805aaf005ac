-- Log files that the watch follows. The key makes the ids of their lines and the prints of their bytes;
-- `place` moves in the transaction that appends the lines it passes.
CREATE TABLE tail (
  name     TEXT PRIMARY KEY,
  key      BLOB NOT NULL CHECK (length(key) = 32),
  place    TEXT NOT NULL,
  standing TEXT NOT NULL
) STRICT, WITHOUT ROWID;
