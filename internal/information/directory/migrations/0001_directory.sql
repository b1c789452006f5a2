-- One entry of the directory. What every published thing shares is JSON in
-- "common", what only a directory knows (contact, hours, stops) in "facts".
-- "main" is the one entry that is the page of its organisation; "auto" says
-- that nobody has edited it yet, so it follows the organisation.
CREATE TABLE directory (
  id TEXT PRIMARY KEY,
  publisher_id TEXT NOT NULL,
  main BOOLEAN NOT NULL,
  auto BOOLEAN NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('published', 'withdrawn')),
  category TEXT NOT NULL,
  title TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  letter TEXT NOT NULL,
  municipality_id TEXT NOT NULL,
  village_id TEXT NOT NULL,
  common TEXT NOT NULL,
  facts TEXT NOT NULL,
  version BIGINT NOT NULL,
  author_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  external_id TEXT NOT NULL,
  sample BOOLEAN NOT NULL
);

CREATE INDEX directory_letter ON directory (letter, sort_key, id) WHERE state = 'published';
CREATE INDEX directory_category ON directory (category, sort_key, id) WHERE state = 'published';
CREATE UNIQUE INDEX directory_main ON directory (publisher_id) WHERE main = TRUE;
CREATE INDEX directory_publisher ON directory (publisher_id, sort_key);

-- Where a mobile shop or another service stops, to find it by place.
CREATE TABLE directory_stop (
  directory_id TEXT NOT NULL REFERENCES directory (id) ON DELETE CASCADE,
  municipality_id TEXT NOT NULL,
  village_id TEXT NOT NULL,
  PRIMARY KEY (directory_id, village_id)
);

CREATE INDEX directory_stop_place ON directory_stop (municipality_id, village_id);
