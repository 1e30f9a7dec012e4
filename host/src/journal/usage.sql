-- Version 3: what all attempts of a flow run used.
ALTER TABLE runs ADD COLUMN cpu INTEGER NOT NULL DEFAULT 0;    -- microseconds
ALTER TABLE runs ADD COLUMN memory INTEGER NOT NULL DEFAULT 0; -- bytes, of one attempt at the most
