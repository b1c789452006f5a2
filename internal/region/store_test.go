package region_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/region"
)

var migrations = db.Migrations{Name: "region", Files: region.Files}

func sample(t *testing.T) region.Sample {
	t.Helper()
	s, err := region.NewSample(id.NewV7(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func install(t *testing.T, d *db.DB) (region.Sample, *region.Directory) {
	t.Helper()
	s := sample(t)
	if err := d.Update(t.Context(), s.Install); err != nil {
		t.Fatal(err)
	}
	directory, err := region.Load(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return s, directory
}

func TestStoreRoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Prepared(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, dir := install(t, d)
		if dir.Region != s.Region {
			t.Errorf("region %+v, want %+v", dir.Region, s.Region)
		}
		if len(dir.Municipalities()) != 3 || len(dir.Villages("")) != len(s.Villages) || len(dir.Streets("")) != len(s.Streets) {
			t.Fatalf("%d municipalities, %d villages, %d streets", len(dir.Municipalities()), len(dir.Villages("")), len(dir.Streets("")))
		}
		m, ok := dir.MunicipalityBySlug("unterdiessen")
		if !ok || m.Name != "Unterdießen" || m.Population != 1449 || !m.AssumptionDay || m.Look.Colour != "#23508c" {
			t.Fatalf("got %+v", m)
		}
		if m.Texts.In(region.TextWelcome, "en") == "" || len(m.Hosts) != 1 {
			t.Errorf("texts or hosts lost: %+v", m)
		}
		if !orb.Equal(m.Boundary, boundaryOf(s, "unterdiessen")) {
			t.Error("the boundary changed on its way")
		}
	}, migrations)
}

func boundaryOf(s region.Sample, slug string) orb.Geometry {
	for _, m := range s.Municipalities {
		if m.Slug == slug {
			return m.Boundary
		}
	}
	return nil
}

func TestStoreRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := install(t, d)
		fuchstal, other := s.Municipalities[1], s.Municipalities[0]
		for name, c := range map[string]struct {
			write func(*db.Tx) error
			kind  fault.Kind
		}{
			"second region": {func(tx *db.Tx) error {
				return region.PutRegion(tx, region.Region{ID: "x", Name: "X", Slug: "x", Land: "DE-BY"})
			}, fault.KindConflict},
			"host of another": {func(tx *db.Tx) error {
				fuchstal.Hosts = other.Hosts
				return region.PutMunicipality(tx, fuchstal)
			}, fault.KindConflict},
			"slug of another": {func(tx *db.Tx) error {
				return region.PutVillage(tx, region.Village{ID: "x", MunicipalityID: other.ID, Slug: "leeder", Name: "Leeder"})
			}, fault.KindConflict},
			"same street twice": {func(tx *db.Tx) error {
				double := s.Streets[0]
				double.ID = "x"
				return region.PutStreet(tx, double)
			}, fault.KindConflict},
			"unreadable colour": {func(tx *db.Tx) error {
				return region.SaveLook(tx, other.ID, region.Look{Colour: "#ffff00"}, nil)
			}, fault.KindInvalid},
			"nobody": {func(tx *db.Tx) error {
				return region.SaveLook(tx, "nobody", region.Look{}, nil)
			}, fault.KindNotFound},
		} {
			before := version(t, d)
			if err := d.Update(t.Context(), c.write); fault.KindOf(err) != c.kind {
				t.Errorf("%s: got %v", name, err)
			}
			if after := version(t, d); after != before {
				t.Errorf("%s: changed the data", name)
			}
		}
	}, migrations)
}

func version(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) (err error) {
		n, err = region.Version(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLiveReloadsAfterAChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, _ := install(t, d)
		live, err := region.NewLive(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		if changed, err := live.Refresh(t.Context()); err != nil || changed {
			t.Fatalf("nothing changed, got %v, %v", changed, err)
		}
		look := region.Look{Colour: "#7a1f5c", Claim: "Neu"}
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			return region.SaveLook(tx, s.Municipalities[0].ID, look, region.Texts{"welcome": "Servus"})
		}); err != nil {
			t.Fatal(err)
		}
		if changed, err := live.Refresh(t.Context()); err != nil || !changed {
			t.Fatalf("a change was missed: %v, %v", changed, err)
		}
		m, _ := live.Current().Municipality(s.Municipalities[0].ID)
		if m.Look != look || m.Texts["welcome"] != "Servus" || len(m.Hosts) != 1 {
			t.Errorf("got %+v", m)
		}
	}, migrations)
}

func TestDirectoryLookups(t *testing.T) {
	dir := sample(t).Directory()
	if m, ok := dir.MunicipalityByHost("Fuchstal.localhost:8080"); !ok || m.Slug != "fuchstal" {
		t.Error("host not found")
	}
	if m, ok := dir.MunicipalityByAGS("091815142111"); !ok || m.Slug != "apfeldorf" {
		t.Error("ARS not found")
	}
	if m, ok := dir.MunicipalityByName("UNTERDIESSEN"); !ok || m.Slug != "unterdiessen" {
		t.Error("name not found")
	}
	leeder, ok := dir.VillageBySlug("leeder")
	if !ok {
		t.Fatal("Leeder is missing")
	}
	if found := dir.FindStreets(leeder.ID, "haupt str", 5); len(found) != 1 || found[0].Name != "Hauptstraße" {
		t.Errorf("got %v", found)
	}
	if found := dir.FindStreets("", "straße", 3); len(found) != 3 {
		t.Errorf("limit not kept: %d", len(found))
	}
	if _, ok := dir.StreetByName("", "Hauptstraße"); ok {
		t.Error("several streets have this name; guessing is wrong")
	}
	if s, ok := dir.StreetByName(leeder.ID, "Hauptstr."); !ok || s.VillageID != leeder.ID {
		t.Error("the street of Leeder was not found")
	}
	if _, ok := dir.Calendar("").Holiday(day(2026, 8, 15)); !ok {
		t.Error("15 August is a holiday in all three")
	}
	if dir.Location().String() != "Europe/Berlin" {
		t.Errorf("time zone %s", dir.Location())
	}
}

// The sample is real geography: each village and street lies in its
// municipality, and the point of a village leads back to it.
func TestSampleFitsTogether(t *testing.T) {
	s := sample(t)
	dir := s.Directory()
	for _, v := range s.Villages {
		m, found, ok := dir.At(v.Centre)
		if !ok || m.ID != v.MunicipalityID || found.ID != v.ID {
			t.Errorf("%s: leads to %v, %v", v.Name, m, found)
		}
		if n := len(dir.Streets(v.ID)); n < 3 || n > 20 {
			t.Errorf("%s has %d streets", v.Name, n)
		}
	}
	for _, street := range s.Streets {
		m, _, ok := dir.At(street.Centre)
		village, _ := dir.Village(street.VillageID)
		if !ok || m.ID != street.MunicipalityID {
			t.Errorf("%s lies outside its municipality", street.Name)
		}
		if far := geo.Distance(street.Centre, village.Centre); far > 500 {
			t.Errorf("%s is %.0f m from %s", street.Name, far, village.Name)
		}
	}
	if _, _, ok := dir.At(geo.Point(11.575, 48.137)); ok {
		t.Error("Munich is not part of the region")
	}
	if box, ok := dir.Box(); !ok || !box.Contains(geo.Point(10.83, 47.94)) {
		t.Error("no box around the region")
	}
}
