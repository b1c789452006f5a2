-- One simple page. What every published thing shares is JSON in "common"; the
-- bulletin's entry has the same id.
CREATE TABLE page (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  publisher_id TEXT NOT NULL,
  municipality_id TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  menu TEXT NOT NULL CHECK (menu IN ('none', 'header', 'footer')),
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
  sample BOOLEAN NOT NULL
);

CREATE INDEX page_order ON page (parent_id, position);

-- Addresses that a page had before; they lead to it for ever.
CREATE TABLE page_slug (
  slug TEXT PRIMARY KEY,
  page_id TEXT NOT NULL REFERENCES page (id) ON DELETE CASCADE
);
