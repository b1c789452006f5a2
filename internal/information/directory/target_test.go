package directory

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/platform/db"
)

func TestTargetWritesUpdatesAndLeavesAlone(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		in := &target{r.service}
		src := intake.Source{ID: r.tools.IDs.New(), Organisation: r.orgs["gemeinde-fuchstal"], Kind: "directory"}
		item := func(title string) intake.Item {
			common := compose.Common{Scope: bulletin.Scope{VillageID: r.village("asch")}, Audience: bulletin.ForPublic}
			return intake.Item{ExternalID: "7", Title: title, Data: imported{Common: common, Title: title, Facts: Facts{Category: "laden", Hours: "Mo 08:00-12:00"}}}
		}
		var record string
		update := func(run func(tx *db.Tx) error) error { return r.tools.DB.Update(t.Context(), run) }
		must(t, update(func(tx *db.Tx) (err error) { record, err = in.Create(tx, src, item("Laden")); return err }))
		must(t, update(func(tx *db.Tx) error { return in.Update(tx, src, record, item("Dorfladen")) }))
		if l, err := r.load(t.Context(), record); err != nil || l.Title != "Dorfladen" || l.Version != 2 {
			t.Errorf("after the update: %+v, %v", l, err)
		}
		must(t, update(func(tx *db.Tx) error { return in.Withdraw(tx, src, record) }))
		must(t, update(func(tx *db.Tx) error { return in.Withdraw(tx, src, record) })) // twice is no error
		if len(r.entries(bulletin.Filter{Kinds: []string{Kind}})) != 0 {
			t.Error("it is still there")
		}
		foreign := src
		foreign.ID = r.tools.IDs.New()
		if err := update(func(tx *db.Tx) error { return in.Update(tx, foreign, record, item("Fremd")) }); err != intake.ErrLeft {
			t.Errorf("a foreign source: %v", err)
		}
	})
}

func TestColumnsAreNamedOnce(t *testing.T) {
	seen := map[string]string{}
	for _, c := range (&target{}).Info().Columns {
		for _, header := range c.Headers {
			if other, twice := seen[strings.ToLower(header)]; twice {
				t.Errorf("%q means %s and %s", header, other, c.Name)
			}
			seen[strings.ToLower(header)] = c.Name
		}
	}
	for _, header := range exportHeader {
		if seen[strings.ToLower(header)] == "" {
			t.Errorf("the column %q of the export is not understood by the import", header)
		}
	}
}

// write keeps a file for an import.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vereine.csv")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
