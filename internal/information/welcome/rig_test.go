package welcome

import (
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// rig is the capability in a house with the organisations of a town.
type rig struct {
	*bulletintest.House
	t     testing.TB
	tools bulletin.Tools
	part  capability.Capability
}

func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, bulletintest.Migrations()...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	h := bulletintest.New(t, d)
	h.AddTown()
	r := &rig{House: h, t: t, tools: h.Kit, part: New(h.Kit)}
	h.Open(r.part, Messages)
	return r
}

// must ends a test that cannot go on.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
