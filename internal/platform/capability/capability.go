// Package capability says what a capability hands to the house. It is plain
// data: to add a capability is to add a folder and one line in app, to remove
// it is the reverse.
package capability

import (
	"context"
	"io/fs"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/web"
)

// Capability is one folder's contribution. Every field may be empty.
type Capability struct {
	Name       string // also the prefix of its message keys and migrations
	Migrations fs.FS
	Messages   fs.FS
	Routes     []web.Route
	// API registers its operations under /api/v1.
	API func(huma.API)
	// Jobs it works on, by kind.
	Jobs map[string]jobs.Handler
	// Every lists jobs that come again by themselves.
	Every []jobs.Periodic
	// Bulk is the share of a large demo region's entries that Sample writes.
	Bulk BulkShare
	// Tables declares every table it owns and the personal data inside.
	Tables []privacy.Table
	// Sample fills a demo region with invented content, marked as such; it
	// runs once, after places, people and organisations are there.
	Sample func(context.Context, SampleRun) error
}

// SampleRun says how much invented content a demo region gets. The same seed
// gives the same content.
type SampleRun struct {
	Seed uint64
	// Bulk is how many further generated entries this capability adds to its
	// hand-written ones, so that a region is as full as a real one.
	Bulk int
	// Step is told how many entries were written since it was called last.
	Step func(n int)
}

// BulkShare is which share of the generated entries a capability writes, in
// percent; capabilities without one write only what is written by hand.
type BulkShare int
