-- Version 2: results that are kept for later runs. No run owns them: they outlive those that made them.
CREATE TABLE results (
    key     BLOB PRIMARY KEY,
    kind    TEXT NOT NULL, -- json or bytes
    data    BLOB NOT NULL,
    expires INTEGER        -- nanoseconds since 1970
);
