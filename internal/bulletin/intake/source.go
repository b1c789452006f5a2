package intake

import (
	"slices"
	"time"

	"dorflinde/internal/bulletin"
)

// Format is a kind of file.
type Format string

// The formats. A WordPress site is read from its export file or from its feed.
const (
	ICS       Format = "ics"
	Feed      Format = "feed"
	CSV       Format = "csv"
	WordPress Format = "wordpress"
)

// Formats lists all formats.
var Formats = []Format{ICS, Feed, CSV, WordPress}

// Known reports whether f is one of Formats.
func (f Format) Known() bool { return slices.Contains(Formats, f) }

// State is where a source stands.
type State string

// The states.
const (
	Waiting State = "waiting" // never ran
	Good    State = "good"
	Failing State = "failing" // the last run failed; Why says it
	Asking  State = "asking"  // stopped because too much would vanish; an editor decides
	Paused  State = "paused"  // failed for PauseAfter, or paused by an editor
	Removed State = "removed" // no longer a source, but what came from it stays
)

// Source is where items come from: an address that is asked on a schedule, or
// a file that was handed in.
type Source struct {
	ID           string
	Organisation string // id of the publisher of what comes in
	Kind         string // of the target
	Format       Format
	Name         string // shown beside what came from it
	Address      string // empty for a file
	File         string // name of the file, empty for an address
	Options      Options
	Every        time.Duration // between two runs; 0 for a file
	State        State
	Why          *Reason   // of the last run that failed or stopped
	FailingSince time.Time // zero while all is well
	LastRun      time.Time
	NextRun      time.Time
	ETag         string
	LastModified string
	CreatedAt    time.Time

	bodyHash  string // of the document read last, for servers that know no ETag
	failures  int
	busyUntil time.Time
}

// Options say what becomes of the items of a source.
type Options struct {
	Scope  bulletin.Scope `json:"scope"`
	Topics []string       `json:"topics,omitempty"` // given to every item beside its own
	// Drafts: an editor looks at each item before it is published.
	Drafts bool `json:"drafts,omitempty"`
	// Only these categories of the source are taken; empty takes all.
	Categories []string `json:"categories,omitempty"`
	// Private takes events that are marked as private (RFC 5545, 3.8.1.3), too.
	Private bool `json:"private,omitempty"`
}

// How often a source may be asked, and when it is given up.
const (
	MinEvery     = time.Hour
	MaxEvery     = 7 * 24 * time.Hour
	DefaultEvery = 6 * time.Hour
	PauseAfter   = 14 * 24 * time.Hour
)

// pause stops or takes up the schedule. What was stopped to ask stays so until
// somebody answers.
func (s *Source) pause(on bool, now time.Time) {
	switch {
	case on:
		s.State, s.NextRun = Paused, time.Time{}
	case s.State == Paused:
		s.State, s.Why, s.FailingSince, s.failures, s.NextRun = Waiting, nil, time.Time{}, 0, now
	case s.State != Asking:
		s.NextRun = s.next(now)
	}
	if s.Every == 0 || s.Address == "" {
		s.NextRun = time.Time{}
	}
}
