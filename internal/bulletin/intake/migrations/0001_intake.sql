CREATE TABLE intake_source (
	id TEXT PRIMARY KEY,
	organisation_id TEXT NOT NULL,
	kind TEXT NOT NULL,
	format TEXT NOT NULL CHECK (format IN ('ics', 'feed', 'csv', 'wordpress')),
	name TEXT NOT NULL,
	address TEXT NOT NULL,
	file TEXT NOT NULL,
	origin TEXT NOT NULL,
	options TEXT NOT NULL,
	every_seconds BIGINT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'good', 'failing', 'asking', 'paused', 'removed')),
	error TEXT NOT NULL,
	failing_since BIGINT NOT NULL,
	failures BIGINT NOT NULL,
	last_run BIGINT NOT NULL,
	next_run BIGINT NOT NULL,
	etag TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	body_hash TEXT NOT NULL,
	busy_until BIGINT NOT NULL,
	busy_run TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	UNIQUE (organisation_id, kind, origin)
);
CREATE INDEX intake_source_due ON intake_source (next_run) WHERE next_run > 0;

CREATE TABLE intake_item (
	source_id TEXT NOT NULL REFERENCES intake_source (id),
	external_id TEXT NOT NULL,
	record_id TEXT NOT NULL,
	title TEXT NOT NULL,
	hash TEXT NOT NULL,
	gone BOOLEAN NOT NULL,
	start_at BIGINT NOT NULL,
	end_at BIGINT NOT NULL,
	seen_run TEXT NOT NULL,
	PRIMARY KEY (source_id, external_id)
);

CREATE TABLE intake_run (
	id TEXT PRIMARY KEY,
	source_id TEXT NOT NULL,
	organisation_id TEXT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'failed')),
	by_account TEXT NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	total BIGINT NOT NULL,
	done BIGINT NOT NULL,
	report TEXT NOT NULL
);
CREATE INDEX intake_run_source ON intake_run (source_id, started_at);
CREATE INDEX intake_run_started ON intake_run (started_at);

CREATE TABLE intake_draft (
	id TEXT PRIMARY KEY,
	organisation_id TEXT NOT NULL,
	by_account TEXT NOT NULL,
	source TEXT NOT NULL,
	body TEXT NOT NULL,
	etag TEXT NOT NULL,
	last_modified TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX intake_draft_created ON intake_draft (created_at);
