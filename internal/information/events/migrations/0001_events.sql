-- One event or series, from draft to withdrawal. What every published thing
-- shares (text, scope, pictures, variants …) is JSON in "common", what is
-- special to an event (costs, accessibility, exceptions of the series …) is
-- JSON in "details". The times that outlets show are the bulletin's.
CREATE TABLE event (
  id TEXT PRIMARY KEY,
  publisher_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'published', 'withdrawn')),
  title TEXT NOT NULL,
  common TEXT NOT NULL,
  details TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  all_day BOOLEAN NOT NULL,
  rrule TEXT NOT NULL,
  filled_to BIGINT NOT NULL, -- up to when the bulletin knows the times of a series without end; 0: all of them
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

-- All indexes but the key are partial, so that publishing at once touches none.
CREATE INDEX event_open ON event (publisher_id, updated_at) WHERE still_open = TRUE;
CREATE INDEX event_series ON event (filled_to) WHERE filled_to > 0;

-- How many people have a seat at one event or occurrence. The row is written
-- by every change of a registration, so that two changes at once never both
-- count on the same seat.
CREATE TABLE event_seats (
  event_id TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  occurrence_at BIGINT NOT NULL,
  changes BIGINT NOT NULL,
  PRIMARY KEY (event_id, occurrence_at)
);

-- Somebody who wants to come. occurrence_at is the planned start of the
-- occurrence, 0 where one registers for the whole. Rows go when erase_at is
-- over, 30 days after the event.
CREATE TABLE event_registration (
  id TEXT PRIMARY KEY,
  event_id TEXT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  occurrence_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('confirmed', 'waiting', 'cancelled')),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  message TEXT NOT NULL,
  guests INTEGER NOT NULL CHECK (guests > 0),
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  erase_at BIGINT NOT NULL
);

CREATE INDEX event_registration_of ON event_registration (event_id, occurrence_at, created_at, id);
CREATE INDEX event_registration_erase ON event_registration (erase_at);

-- Personal links. Only the hash is kept; a registration has one link for each
-- letter that was sent about it.
CREATE TABLE event_link (
  token_hash TEXT PRIMARY KEY,
  registration_id TEXT NOT NULL REFERENCES event_registration (id) ON DELETE CASCADE
);

CREATE INDEX event_link_of ON event_link (registration_id);

-- How often somebody has registered lately, by a hash that changes every hour.
CREATE TABLE event_pace (
  bucket TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (bucket, start_at)
);
