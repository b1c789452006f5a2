CREATE TABLE region (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  timezone TEXT NOT NULL,
  land TEXT NOT NULL
);

-- One row. Every write of this package raises n, so that a node knows when its
-- snapshot is old without reading the rest.
CREATE TABLE region_version (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  n BIGINT NOT NULL
);

INSERT INTO region_version (one, n) VALUES (1, 0);

CREATE TABLE municipality (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  ags TEXT NOT NULL,
  ars TEXT NOT NULL,
  population INTEGER NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  boundary TEXT NOT NULL,
  look TEXT NOT NULL,
  texts TEXT NOT NULL,
  assumption_day BOOLEAN NOT NULL
);

CREATE TABLE municipality_host (
  host TEXT PRIMARY KEY,
  municipality_id TEXT NOT NULL REFERENCES municipality (id) ON DELETE CASCADE
);

CREATE INDEX municipality_host_of ON municipality_host (municipality_id);

CREATE TABLE village (
  id TEXT PRIMARY KEY,
  municipality_id TEXT NOT NULL REFERENCES municipality (id),
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  boundary TEXT NOT NULL,
  population INTEGER NOT NULL
);

CREATE INDEX village_of ON village (municipality_id);

CREATE TABLE street (
  id TEXT PRIMARY KEY,
  municipality_id TEXT NOT NULL REFERENCES municipality (id),
  village_id TEXT REFERENCES village (id),
  name TEXT NOT NULL,
  norm TEXT NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL
);

-- The empty village of a street that belongs to the whole municipality counts
-- as a village of its own here, which NULLs would not.
CREATE UNIQUE INDEX street_name ON street (municipality_id, COALESCE(village_id, ''), norm);
