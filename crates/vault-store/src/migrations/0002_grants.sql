-- One refresh token per credential, and the exchange it is in. `attempt_at` and `doubt_at` are
-- milliseconds since 1970: when the exchange was written down; the first send without a known end.
CREATE TABLE grant_token (
    credential     TEXT    PRIMARY KEY REFERENCES credential_key (credential) ON DELETE CASCADE,
    generation     INTEGER NOT NULL,
    sealed         BLOB    NOT NULL,
    digest         BLOB    NOT NULL,
    given_at       INTEGER NOT NULL,
    stored_at      INTEGER NOT NULL,
    attempt        TEXT    NOT NULL CHECK (attempt IN ('idle', 'armed', 'unknown', 'dead')),
    attempt_id     TEXT,
    attempt_digest BLOB,
    attempt_at     INTEGER,
    doubt_at       INTEGER
) STRICT;

-- Refresh tokens that came too late to be the credential's own. Never discarded, only added.
CREATE TABLE grant_orphan (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    credential TEXT    NOT NULL REFERENCES credential_key (credential) ON DELETE CASCADE,
    attempt_id TEXT    NOT NULL,
    sealed     BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
