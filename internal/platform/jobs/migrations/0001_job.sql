CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  unique_key TEXT NOT NULL,
  payload TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  claimed_until BIGINT NOT NULL DEFAULT 0,
  failed BOOLEAN NOT NULL DEFAULT FALSE,
  error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX job_due ON job (failed, run_at);
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key);
