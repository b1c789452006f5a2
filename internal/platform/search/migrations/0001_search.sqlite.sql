-- What was put and not yet indexed. Append only: the writer of a request never
-- meets the indexer on a row.
CREATE TABLE search_pending (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  weight BIGINT NOT NULL,
  time BIGINT NOT NULL,
  removed BOOLEAN NOT NULL
);
-- title and body hold terms, not text. The key is the day in the upper bits
-- and a counter in the lower, so that newest first is the order of the index.
CREATE TABLE search_document (
  key BIGINT PRIMARY KEY,
  id TEXT NOT NULL,
  time BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX search_document_id ON search_document (id);
-- The ascii tokenizer leaves terms as they are: they are ASCII letters and
-- digits, or beyond ASCII. Positions are not needed (detail=column).
CREATE VIRTUAL TABLE search_fts USING fts5 (
  title, body, content='search_document', content_rowid='key', detail=column, columnsize=0, tokenize='ascii'
);
-- A removed document leaves no trace in the index (GDPR Art. 17).
INSERT INTO search_fts (search_fts, rank) VALUES ('secure-delete', 1);
INSERT INTO search_fts (search_fts, rank) VALUES ('usermerge', 2);
CREATE TRIGGER search_document_added AFTER INSERT ON search_document BEGIN
  INSERT INTO search_fts (rowid, title, body) VALUES (new.key, new.title, new.body);
END;
CREATE TRIGGER search_document_removed AFTER DELETE ON search_document BEGIN
  INSERT INTO search_fts (search_fts, rowid, title, body) VALUES ('delete', old.key, old.title, old.body);
END;
-- The dictionary: each term with one spelling for people.
CREATE TABLE search_term (
  term TEXT PRIMARY KEY,
  docs BIGINT NOT NULL,
  id BIGINT NOT NULL,
  word TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX search_term_id ON search_term (id);
CREATE TABLE search_state (
  one BIGINT PRIMARY KEY,
  next_term BIGINT NOT NULL,
  purged BIGINT NOT NULL
);
INSERT INTO search_state (one, next_term, purged) VALUES (1, 1, 0);
