-- One row. Every write that changes who may do what raises n, so that a node
-- knows when what it remembers is old without reading the rest.
CREATE TABLE people_version (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  n BIGINT NOT NULL
);

INSERT INTO people_version (one, n) VALUES (1, 0);

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_norm TEXT NOT NULL,
  locale TEXT NOT NULL,
  theme TEXT NOT NULL,
  village_id TEXT NOT NULL,
  street_id TEXT NOT NULL,
  password TEXT NOT NULL,
  operator BOOLEAN NOT NULL,
  blocked BOOLEAN NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL
);

CREATE UNIQUE INDEX account_email ON account (email_norm) WHERE email_norm <> '';

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  way TEXT NOT NULL,
  agent TEXT NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL
);

CREATE INDEX session_of ON session (account_id);

-- What an e-mail link opens. Without account_id it signs in: the account is
-- looked for, or made, only when the link is used. With account_id it proves
-- that the address belongs to that account's owner.
CREATE TABLE login_link (
  hash TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  account_id TEXT NOT NULL,
  next TEXT NOT NULL,
  expires BIGINT NOT NULL
);

CREATE INDEX login_link_due ON login_link (expires);

CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  credential TEXT NOT NULL,
  created BIGINT NOT NULL,
  used BIGINT NOT NULL
);

CREATE INDEX passkey_of ON passkey (account_id);

-- A sign-in that needs several steps (passkey, OpenID Connect): what the
-- server must remember between them, found by a cookie.
CREATE TABLE ceremony (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  account_id TEXT NOT NULL,
  state TEXT NOT NULL,
  expires BIGINT NOT NULL
);

CREATE INDEX ceremony_due ON ceremony (expires);

CREATE TABLE identity (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);

CREATE INDEX identity_of ON identity (account_id);

CREATE TABLE card (
  account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL UNIQUE,
  pin_hash TEXT NOT NULL,
  org_id TEXT NOT NULL,
  wrong INTEGER NOT NULL,
  created BIGINT NOT NULL,
  used BIGINT NOT NULL
);

CREATE INDEX card_org ON card (org_id);

CREATE TABLE attempt (
  bucket TEXT NOT NULL,
  start BIGINT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (bucket, start)
);

CREATE INDEX attempt_due ON attempt (start);

CREATE TABLE organisation (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  village_id TEXT NOT NULL,
  arms TEXT NOT NULL,
  mail TEXT NOT NULL,
  phone TEXT NOT NULL,
  web TEXT NOT NULL,
  address TEXT NOT NULL,
  description TEXT NOT NULL,
  legal TEXT NOT NULL,
  verified BOOLEAN NOT NULL,
  blocked BOOLEAN NOT NULL,
  since BIGINT NOT NULL
);

CREATE TABLE organisation_municipality (
  org_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  municipality_id TEXT NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (org_id, municipality_id)
);

CREATE TABLE membership (
  org_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (org_id, account_id)
);

CREATE INDEX membership_of ON membership (account_id);

-- An offer of a role by e-mail; with handover the inviting admin's own role
-- goes to the person who accepts.
CREATE TABLE invitation (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  handover BOOLEAN NOT NULL,
  by_account TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL
);

CREATE INDEX invitation_of ON invitation (org_id);

CREATE TABLE role_log (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  account_id TEXT NOT NULL,
  by_account TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX role_log_of ON role_log (org_id, at);

CREATE TABLE api_token (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  label TEXT NOT NULL,
  by_account TEXT NOT NULL,
  created BIGINT NOT NULL,
  used_day TEXT NOT NULL
);

CREATE INDEX api_token_of ON api_token (org_id);
