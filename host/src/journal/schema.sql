-- The run database, version 1. The events are the truth; the rows of `runs` are their fold, kept so
-- that a list need not read them.

-- Root flow runs.
CREATE TABLE runs (
    number    INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    flow      TEXT NOT NULL,
    state     TEXT NOT NULL,
    tags      TEXT NOT NULL,              -- a JSON array
    created   INTEGER NOT NULL,           -- nanoseconds since 1970, as `ended`
    ended     INTEGER,
    due       INTEGER,                    -- when a suspended run is to go on
    task_runs INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0, -- task runs that did
    key       TEXT UNIQUE,                -- what the run may happen only once for
    launch    TEXT NOT NULL               -- how it was started, JSON
);
CREATE INDEX runs_by_time ON runs (created);

-- Each row holds the events of one commit: MessagePack, compressed with zstd.
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    run    INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    data   BLOB NOT NULL
);
CREATE INDEX events_by_run ON events (run, number);

-- Big values, once for all events that name them by their SHA-256.
CREATE TABLE contents (
    hash BLOB PRIMARY KEY,
    data BLOB NOT NULL
);
CREATE TABLE uses (
    run  INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    PRIMARY KEY (run, hash)
) WITHOUT ROWID;
CREATE INDEX uses_by_hash ON uses (hash);

-- What other processes ask of the one that executes a run.
CREATE TABLE requests (
    number  INTEGER PRIMARY KEY,
    run     INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    request TEXT NOT NULL                 -- JSON
);
CREATE INDEX requests_by_run ON requests (run, number);
