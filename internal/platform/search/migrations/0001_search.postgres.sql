-- See the variant for SQLite for what the tables are.
CREATE TABLE search_pending (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  weight BIGINT NOT NULL,
  time BIGINT NOT NULL,
  removed BOOLEAN NOT NULL
);
-- A term of the title stands in the vector a second time with "=" before it:
-- the index cannot see weights, and looking at each row would be slow.
CREATE TABLE search_document (
  key BIGINT PRIMARY KEY,
  id TEXT NOT NULL,
  time BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  terms TSVECTOR GENERATED ALWAYS AS (array_to_tsvector(array_remove(
    string_to_array(title || ' ' || body || ' =' || replace(title, ' ', ' ='), ' '), ''))) STORED
);
CREATE UNIQUE INDEX search_document_id ON search_document (id);
CREATE INDEX search_document_terms ON search_document USING gin (terms);
CREATE TABLE search_term (
  term TEXT COLLATE "C" PRIMARY KEY,
  docs BIGINT NOT NULL,
  id BIGINT NOT NULL,
  word TEXT NOT NULL
);
CREATE INDEX search_term_id ON search_term (id);
CREATE TABLE search_state (
  one BIGINT PRIMARY KEY,
  next_term BIGINT NOT NULL,
  purged BIGINT NOT NULL
);
INSERT INTO search_state (one, next_term, purged) VALUES (1, 1, 0);
