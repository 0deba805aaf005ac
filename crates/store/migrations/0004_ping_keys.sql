-- A key that stands in URLs and crontabs: it says that a job ran, and nothing else.
ALTER TABLE source ADD COLUMN ping INTEGER NOT NULL DEFAULT 0 CHECK (ping IN (0, 1));
