package directory

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/region"
)

// invented are the invented entries of the demo. Places are metres from the
// centre of a real village.
//
//go:embed sample.json
var invented []byte

type sampleEntry struct {
	Org       string   `json:"org"` // slug: more about the page of an organisation
	Title     string   `json:"title"`
	Category  string   `json:"category"`
	Village   string   `json:"village"`
	East      float64  `json:"east"`
	North     float64  `json:"north"`
	Text      string   `json:"text"`
	Address   string   `json:"address"`
	Phone     string   `json:"phone"`
	Person    string   `json:"person"`
	Hours     string   `json:"hours"` // in people's words
	HoursNote string   `json:"hours_note"`
	Stops     []string `json:"stops"` // as typed in the form
	Access    []string `json:"access"`
	Languages []string `json:"languages"`
}

// away moves a point by metres.
func away(from orb.Point, east, north float64) *orb.Point {
	return &orb.Point{from[0] + east/(geo.MetresPerDegree*math.Cos(from[1]*math.Pi/180)), from[1] + north/geo.MetresPerDegree}
}

func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	var all struct{ Organisations, Entries []sampleEntry }
	if err := json.Unmarshal(invented, &all); err != nil {
		return fmt.Errorf("sample of the directory: %w", err)
	}
	if err := s.followOrganisations(ctx, nil); err != nil {
		return err
	}
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	if err := s.sampleOrganisations(ctx, orgs, all.Organisations); err != nil {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, one := range all.Entries {
			l, err := s.fromSample(one, Listing{}, orgs)
			if err != nil {
				return fmt.Errorf("sample entry %s: %w", one.Title, err)
			}
			l.ID, l.CreatedAt = s.IDs.New(), l.UpdatedAt
			if err := s.create(tx, &l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.sampleBulk(ctx, run, orgs)
}

// sampleOrganisations marks the pages of the invented organisations and gives
// some of them hours and stops.
func (s *service) sampleOrganisations(ctx context.Context, orgs *people.OrgDirectory, more []sampleEntry) error {
	about := map[string]sampleEntry{}
	for _, one := range more {
		about[one.Org] = one
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		mains, err := db.All(tx, mainListings, scanListing)
		if err != nil {
			return err
		}
		for _, l := range mains {
			o, ok := orgs.ByID(l.Publisher)
			if !ok {
				continue
			}
			if one, known := about[o.Slug]; known {
				if l, err = s.fromSample(one, l, orgs); err != nil {
					return fmt.Errorf("sample of %s: %w", o.Slug, err)
				}
			}
			l.Sample = true
			if err := s.replaceSample(tx, &l); err != nil {
				return err
			}
		}
		return nil
	})
}

var markSample = db.SQL("UPDATE directory SET sample = TRUE WHERE id = $1")

func (s *service) replaceSample(tx *db.Tx, l *Listing) error {
	if _, err := tx.Exec(markSample, l.ID); err != nil {
		return err
	}
	return s.save(tx, l)
}

// fromSample fills a listing; what it has already and the sample does not name
// stays.
func (s *service) fromSample(one sampleEntry, l Listing, orgs *people.OrgDirectory) (Listing, error) {
	places, now := s.Places(), s.Clock.Now()
	if v, ok := places.VillageBySlug(one.Village); ok && l.ID == "" {
		l.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
		l.Point = away(v.Centre, one.East, one.North)
	} else if ok {
		l.Point = away(v.Centre, one.East, one.North)
	} else if l.Point != nil {
		l.Point = away(*l.Point, one.East, one.North)
	} else if m, ok := places.Municipality(l.Scope.MunicipalityID); ok {
		l.Point = away(m.Centre, one.East, one.North)
	}
	if l.Publisher == "" {
		if o, ok := orgs.Municipality(l.Scope.MunicipalityID); ok {
			l.Publisher = o.ID
		}
	}
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	set(&l.Title, one.Title)
	set(&l.Text, one.Text)
	set(&l.Category, one.Category)
	set(&l.Address, one.Address)
	set(&l.Phone, one.Phone)
	set(&l.Person, one.Person)
	set(&l.HoursNote, one.HoursNote)
	l.Access, l.Languages = one.Access, one.Languages
	h, err := hours.ParseText(one.Hours)
	if err != nil {
		return l, err
	}
	l.Facts.Hours = h.String()
	stops, wrong := s.parseStops(strings.Join(one.Stops, "\n"))
	if wrong != nil {
		return l, wrong
	}
	l.Stops, l.State, l.Auto, l.Sample, l.UpdatedAt = stops, compose.Published, false, true, now
	if l.PublishAt.IsZero() {
		l.PublishAt = now
	}
	return l, l.Check(places)
}

// What generated entries are made of.
var (
	bulkNames = map[string][]string{
		"verein":      {"Schützenverein", "Gesangverein", "Kegelclub", "Imkerverein", "Obstbauverein", "Theatergruppe", "Wanderfreunde", "Schachclub"},
		"betrieb":     {"Elektro", "Malerbetrieb", "Zimmerei", "Gartenbau", "Autohaus", "Friseur", "Installation", "Steuerkanzlei"},
		"laden":       {"Hofladen", "Getränkemarkt", "Blumenladen", "Gemüsestand", "Dorfladen"},
		"gasthaus":    {"Gasthof", "Café", "Biergarten", "Pension"},
		"arzt":        {"Praxis", "Physiotherapie", "Heilpraxis", "Zahnarztpraxis"},
		"einrichtung": {"Bolzplatz", "Grillplatz", "Kneippanlage", "Tennisplatz", "Dorfbrunnen"},
	}
	bulkKinds = []string{"verein", "betrieb", "laden", "gasthaus", "arzt", "einrichtung"}
	bulkWords = []string{"am Anger", "Sonnenhang", "Lindenhof", "Bergblick", "am Bach", "Ahorn", "Wiesental", "am Lech", "Sankt Florian", "Tannenhof", "Morgenstern", "Abendrot"}
	bulkHours = []string{"Mo-Fr 08:00-12:00,13:00-17:00; PH off", "Tu-Fr 09:00-18:00; Sa 09:00-12:00; PH off", "We-Su 11:00-22:00", "Mo,Th 16:00-19:00; PH off", "", "24/7"}
)

// bulkBatch is how many generated entries are written at once.
const bulkBatch = 250

// sampleBulk generates entries until a region is as full as a real one.
func (s *service) sampleBulk(ctx context.Context, run capability.SampleRun, orgs *people.OrgDirectory) error {
	villages := s.Places().Villages("")
	if len(villages) == 0 {
		return nil
	}
	for done := 0; done < run.Bulk; done += bulkBatch {
		n := min(bulkBatch, run.Bulk-done)
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			rng := rand.New(rand.NewPCG(run.Seed, uint64(done)))
			for range n {
				l := s.generated(rng, villages[rng.IntN(len(villages))], orgs)
				if err := s.create(tx, &l); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("generated directory entries: %w", err)
		}
		run.Step(n)
	}
	return nil
}

func (s *service) generated(rng *rand.Rand, v *region.Village, orgs *people.OrgDirectory) Listing {
	kind := bulkKinds[rng.IntN(len(bulkKinds))]
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	now := s.Clock.Now()
	l := Listing{ID: s.IDs.New(), Sample: true}
	l.Title = pick(bulkNames[kind]) + " " + pick(bulkWords) + " " + v.Name
	l.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
	if o, ok := orgs.Municipality(v.MunicipalityID); ok {
		l.Publisher = o.ID
	}
	l.Point = away(v.Centre, rng.Float64()*1200-600, rng.Float64()*1200-600)
	l.Audience, l.State, l.CreatedAt, l.UpdatedAt, l.PublishAt = bulletin.ForPublic, compose.Published, now, now, now
	l.Facts = Facts{Category: kind, Hours: pick(bulkHours), Phone: fmt.Sprintf("+49 30 23125 %03d", rng.IntN(1000))}
	return l
}
