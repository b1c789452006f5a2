-- Letters of a house without a mail server, for a demo to show.
CREATE TABLE mail_kept (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  message TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX mail_kept_at ON mail_kept (at);
