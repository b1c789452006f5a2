-- One row for every published thing, whatever capability it comes from. The id
-- is the id of the capability's own record.
CREATE TABLE entry (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  publisher_id TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('public', 'residents', 'group')),
  group_id TEXT NOT NULL,
  municipality_id TEXT NOT NULL,
  village_id TEXT NOT NULL,
  streets TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  variants TEXT NOT NULL,
  topics TEXT NOT NULL,
  severity INTEGER NOT NULL,
  place TEXT NOT NULL,
  geometry TEXT NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  cell BIGINT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  all_day BOOLEAN NOT NULL,
  rrule TEXT NOT NULL,
  link TEXT NOT NULL,
  image TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'cancelled', 'moved', 'withdrawn')),
  in_feed BOOLEAN NOT NULL,
  published_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  corrected_at BIGINT NOT NULL,
  correction TEXT NOT NULL,
  source_name TEXT NOT NULL,
  source_url TEXT NOT NULL,
  sample BOOLEAN NOT NULL,
  revision BIGINT NOT NULL
);

CREATE INDEX entry_published ON entry (published_at, id);
CREATE INDEX entry_kind ON entry (kind, published_at, id);
CREATE INDEX entry_publisher ON entry (publisher_id, published_at, id);
CREATE INDEX entry_cell ON entry (cell) WHERE cell > 0;
CREATE INDEX entry_updated ON entry (updated_at, id);
-- What feeds must tell for a while, however old it is.
CREATE INDEX entry_changed ON entry (updated_at, id) WHERE status = 'withdrawn' OR corrected_at > 0;

-- When it takes place; a series has one row for each occurrence within the
-- horizon that the capability keeps filled.
CREATE TABLE entry_time (
  entry_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  all_day BOOLEAN NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'cancelled', 'moved')),
  PRIMARY KEY (entry_id, start_at)
);

CREATE INDEX entry_time_start ON entry_time (start_at, end_at);

CREATE TABLE entry_topic (
  topic TEXT NOT NULL,
  entry_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  PRIMARY KEY (topic, entry_id)
);

CREATE INDEX entry_topic_of ON entry_topic (entry_id);

-- What lasts longer than a year is rare and looked for on its own, so that a
-- calendar page need not walk back through all years.
CREATE INDEX entry_time_long ON entry_time (end_at) WHERE end_at - start_at > 31622400000000;
