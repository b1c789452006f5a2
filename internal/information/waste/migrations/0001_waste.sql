-- A district is what the waste company drives in one go; it belongs to a
-- municipality and is looked after by one organisation.
CREATE TABLE waste_district (
  id TEXT PRIMARY KEY,
  municipality_id TEXT NOT NULL,
  publisher_id TEXT NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  sample BOOLEAN NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Where a district holds: a village, a street, or some house numbers of one.
CREATE TABLE waste_area (
  district_id TEXT NOT NULL REFERENCES waste_district (id) ON DELETE CASCADE,
  village_id TEXT NOT NULL,
  street_id TEXT NOT NULL,
  from_number INTEGER NOT NULL,
  to_number INTEGER NOT NULL,
  parity TEXT NOT NULL CHECK (parity IN ('', 'even', 'odd')),
  PRIMARY KEY (district_id, village_id, street_id, from_number, parity)
);

-- One collection. Days are yyyy-mm-dd: a bin is emptied on a day, not at a moment.
CREATE TABLE waste_date (
  district_id TEXT NOT NULL REFERENCES waste_district (id) ON DELETE CASCADE,
  fraction TEXT NOT NULL,
  label TEXT NOT NULL,
  day TEXT NOT NULL,
  moved_from TEXT NOT NULL,
  source_id TEXT NOT NULL,
  PRIMARY KEY (district_id, fraction, label, day)
);

CREATE INDEX waste_date_day ON waste_date (day);

-- The bulletin entry that carries the dates of one fraction of a district.
CREATE TABLE waste_entry (
  id TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  fraction TEXT NOT NULL,
  label TEXT NOT NULL,
  UNIQUE (district_id, fraction, label)
);

-- Who is reminded on the evening before. Without an account the address is all
-- there is; with one it is read from the account when the letter is written.
CREATE TABLE waste_reminder (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL,
  email TEXT NOT NULL,
  place TEXT NOT NULL,
  house_number INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  lang TEXT NOT NULL,
  host TEXT NOT NULL,
  confirmed BOOLEAN NOT NULL,
  sent_for TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (account_id, email, place, house_number)
);

-- Personal links, hashed. Each letter carries a new one.
CREATE TABLE waste_link (
  hash TEXT PRIMARY KEY,
  reminder_id TEXT NOT NULL REFERENCES waste_reminder (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL
);

CREATE INDEX waste_link_reminder ON waste_link (reminder_id);
