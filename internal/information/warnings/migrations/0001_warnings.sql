-- One warning, relayed or written here. The message itself is JSON in "alert";
-- scope is the area of a warning written here, JSON, empty for relayed ones.
CREATE TABLE warning (
  id TEXT PRIMARY KEY,
  alert_key TEXT NOT NULL UNIQUE,
  source_id TEXT NOT NULL,
  publisher_id TEXT NOT NULL,
  own BOOLEAN NOT NULL,
  alert TEXT NOT NULL,
  scope TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'ended', 'replaced')),
  severity INTEGER NOT NULL,
  sent_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  sample BOOLEAN NOT NULL
);

CREATE INDEX warning_until ON warning (until_at);

-- Messages that a later one has replaced or cancelled. They are remembered so
-- that an old copy that arrives late does not warn again.
CREATE TABLE warning_gone (
  alert_key TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

-- The bulletin entries of a warning: one for each place it touches.
CREATE TABLE warning_entry (
  id TEXT PRIMARY KEY,
  warning_id TEXT NOT NULL REFERENCES warning (id) ON DELETE CASCADE,
  municipality_id TEXT NOT NULL,
  village_id TEXT NOT NULL,
  UNIQUE (warning_id, municipality_id, village_id)
);

-- Where warnings are fetched from; empty until an operator switches one on.
CREATE TABLE warning_source (
  id TEXT PRIMARY KEY CHECK (id IN ('dwd', 'nina')),
  address TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  highest DOUBLE PRECISION NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  ok_at BIGINT NOT NULL,
  failure TEXT NOT NULL
);
