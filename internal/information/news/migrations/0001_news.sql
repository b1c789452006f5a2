-- One piece of news, from draft to withdrawal. What every published thing
-- shares (text, scope, pictures, variants …) is JSON in "common"; what the
-- outlets show is in the bulletin's entry with the same id.
CREATE TABLE news (
  id TEXT PRIMARY KEY,
  publisher_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'published', 'withdrawn')),
  title TEXT NOT NULL,
  common TEXT NOT NULL,
  version BIGINT NOT NULL,
  note TEXT NOT NULL,
  author_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  corrected_at BIGINT NOT NULL,
  correction TEXT NOT NULL,
  still_open BOOLEAN NOT NULL,
  source_id TEXT NOT NULL,
  external_id TEXT NOT NULL,
  source_name TEXT NOT NULL,
  source_url TEXT NOT NULL,
  sample BOOLEAN NOT NULL
);

-- The index is partial, so that publishing at once does not touch it.
CREATE INDEX news_open ON news (publisher_id, updated_at) WHERE still_open = TRUE;
