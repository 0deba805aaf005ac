-- What uptime is made of: how long each integration had each health in each month (UTC, `2026-11`).
CREATE TABLE health_time (
  month       TEXT NOT NULL,
  integration TEXT NOT NULL,
  health      TEXT NOT NULL,
  lasted_ms   INTEGER NOT NULL,
  PRIMARY KEY (month, integration, health)
) STRICT, WITHOUT ROWID;

-- The health of the body, and up to when its time is booked above.
ALTER TABLE integration_status ADD COLUMN health TEXT;
ALTER TABLE integration_status ADD COLUMN booked_at INTEGER;

-- When the last turn was made: what lies between two lives of the watch, nobody can tell.
ALTER TABLE pipeline ADD COLUMN judged_at INTEGER;
