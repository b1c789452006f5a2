// Package capability says what a capability hands to the house. It is plain
// data: to add a capability is to add a folder and one line in app, to remove
// it is the reverse.
package capability

import (
	"context"
	"io/fs"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/platform/db"
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
	// Tables declares every table it owns and the personal data inside.
	Tables []privacy.Table
	// Sample fills a demo region; it runs once on an empty one.
	Sample func(ctx context.Context, d *db.DB, size string) error
}
