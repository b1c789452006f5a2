package events

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/region"
)

// sampleText is one hand-written event of the demo. All people and bodies in
// it are invented.
type sampleText struct {
	by, title, text string // by is the slug of an organisation
	// When: a weekday so many weeks from now (negative: ago), or the next time
	// a day of the year comes, as "12-06".
	week         int
	day          time.Weekday
	on           string
	hour, minute int
	length       time.Duration // of whole days a multiple of 24 hours
	allDay       bool
	repeat       Repeat
	cancelled    []int           // dates of the series that are off, counted from 0
	moved        map[int]int     // dates that are moved by so many hours
	status       bulletin.Status // of the whole
	movedFrom    int             // so many days before
	reason       string

	village, place, address string
	scene, alt              string
	topics, access          []string
	costs, contact, phone   string
	plan                    *Plan
	registered              int       // people that have registered already
	plain, english          [2]string // title and text
}

// sampleCredit names who made the drawings.
const sampleCredit = "Zeichnung aus Dorflinde (Beispieldaten)"

// sample writes the hand-written events and then as many generated ones as asked.
func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	written := make([]Event, 0, len(sampleTexts))
	for i := range sampleTexts {
		e, err := s.sampleEvent(orgs, &sampleTexts[i])
		if err != nil {
			return fmt.Errorf("event sample %q: %w", sampleTexts[i].title, err)
		}
		written = append(written, e)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		for i := range written {
			e := written[i]
			if err := s.create(tx, &e); err != nil {
				return fmt.Errorf("event sample %q: %w", e.Title, err)
			}
			if err := s.sampleRegistrations(tx, &e, sampleTexts[i].registered); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if run.Step != nil {
		run.Step(len(written))
	}
	return s.sampleBulk(ctx, run, orgs)
}

// sampleEvent makes the record of a text.
func (s *service) sampleEvent(orgs *people.OrgDirectory, from *sampleText) (Event, error) {
	places, now := s.Places(), s.Clock.Now()
	o, ok := orgs.BySlug(from.by)
	if !ok {
		return Event{}, fmt.Errorf("no organisation %q", from.by)
	}
	var e Event
	e.ID, e.Sample, e.State, e.Publisher = s.IDs.New(), true, compose.Published, o.ID
	e.Title, e.Text, e.Topics, e.Access = from.title, from.text, from.topics, from.access
	start, err := from.start(now.In(places.Location()))
	if err != nil {
		return e, err
	}
	e.Start, e.End, e.AllDay = start.UTC(), plusWall(start, from.length, from.allDay).UTC(), from.allDay
	e.PublishAt = now.Add(-time.Duration(3+len(from.title)%40) * 9 * time.Hour)
	if e.PublishAt.After(e.Start) {
		e.PublishAt = e.Start.AddDate(0, 0, -21)
	}
	e.CreatedAt, e.UpdatedAt = e.PublishAt, e.PublishAt
	if e.Rule, err = from.repeat.rule(start); err != nil {
		return e, err
	}
	from.facts(&e)
	if from.village != "" {
		v, ok := places.VillageBySlug(from.village)
		if !ok {
			return e, fmt.Errorf("no village %q", from.village)
		}
		e.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
		e.Common.Point = near(v, from.place)
	}
	return e, from.exceptions(&e, places.Location())
}

func (from *sampleText) facts(e *Event) {
	e.Place, e.Address, e.Costs, e.ContactName, e.ContactPhone = from.place, from.address, from.costs, from.contact, from.phone
	e.Status, e.Reason = from.status, from.reason
	if from.movedFrom > 0 {
		e.MovedFrom = e.Start.AddDate(0, 0, -from.movedFrom)
	}
	if from.plan != nil {
		plan := *from.plan
		e.Plan = &plan
	}
	if from.scene != "" {
		e.Pictures = []compose.Picture{{ID: "scene:" + from.scene, Alt: from.alt, Credit: sampleCredit, Width: 640, Height: 480}}
	}
	if from.plain[0] != "" {
		e.Variants = append(e.Variants, compose.Variant{Lang: bulletin.LeichteSprache, Title: from.plain[0], Text: from.plain[1]})
	}
	if from.english[0] != "" {
		e.Variants = append(e.Variants, compose.Variant{Lang: "en", Title: from.english[0], Text: from.english[1]})
	}
}

// start is when the event takes place, seen from the present.
func (from *sampleText) start(now time.Time) (time.Time, error) {
	day := dayOf(now)
	if from.on != "" {
		t, err := time.ParseInLocation("2006-01-02", fmt.Sprintf("%d-%s", now.Year(), from.on), now.Location())
		if err != nil {
			return t, fmt.Errorf("sample day: %w", err)
		}
		if t.Before(day) {
			t = t.AddDate(1, 0, 0)
		}
		day = t
	} else {
		monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
		day = monday.AddDate(0, 0, 7*from.week+(int(from.day)+6)%7)
	}
	return atClock(day, time.Date(2000, 1, 1, from.hour, from.minute, 0, 0, time.UTC)), nil
}

func (from *sampleText) exceptions(e *Event, zone *time.Location) error {
	if len(from.cancelled)+len(from.moved) > 0 {
		dates, _, err := e.Dates(zone, e.Start, e.Start.AddDate(1, 0, 0), 60)
		if err != nil {
			return err
		}
		for _, i := range from.cancelled {
			if i < len(dates) {
				if err := e.except(Exception{Planned: dates[i].Planned, Cancelled: true, Reason: from.reason}); err != nil {
					return err
				}
			}
		}
		for i, hours := range from.moved {
			if i < len(dates) {
				by := time.Duration(hours) * time.Hour
				x := Exception{Planned: dates[i].Planned, Start: dates[i].Start.Add(by), End: dates[i].End.Add(by), Reason: from.reason}
				if err := e.except(x); err != nil {
					return err
				}
			}
		}
		e.Reason = ""
	}
	return e.check()
}

// near gives places of one village points that differ, so that they do not lie
// on top of each other on the map; the same name is always the same point.
func near(v *region.Village, place string) *orb.Point {
	var h uint32 = 2166136261
	for _, c := range []byte(place) {
		h = (h ^ uint32(c)) * 16777619
	}
	const degree = 0.0000075 // about 0.8 m; up to 100 m each way
	return &orb.Point{v.Centre[0] + (float64(h%256)-128)*degree, v.Centre[1] + (float64(h/256%256)-128)*degree}
}

// guests are invented.
var guests = []string{
	"Anna Beispiel", "Bertl Muster", "Cilli Beispiel", "Dora Muster", "Emil Beispiel", "Franzi Muster", "Georg Beispiel",
	"Hanni Muster", "Ignaz Beispiel", "Julia Muster", "Kathi Beispiel", "Leo Muster", "Moni Beispiel", "Nori Muster",
}

// sampleRegistrations fills seats with invented people that cannot be written
// to (RFC 2606).
func (s *service) sampleRegistrations(tx *db.Tx, e *Event, people int) error {
	taken, now := 0, s.Clock.Now()
	for i := 0; taken < people && e.Plan != nil; i++ {
		name := guests[i%len(guests)]
		g := Registration{
			ID: s.IDs.New(), Name: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@beispiel.example",
			Guests: min(1+i%2, people-taken), Created: now.Add(-time.Duration(100-i) * time.Hour), Erase: e.End.Add(keepRegistrations),
		}
		standing, err := e.Plan.admit(taken, g.Guests)
		if err != nil {
			return err
		}
		taken += g.Guests
		if _, err := tx.Exec(insertRegistration, g.ID, e.ID, int64(0), string(standing), g.Name, g.Email, "", "", g.Guests,
			db.Micros(g.Created), db.Micros(g.Created), db.Micros(g.Erase)); err != nil {
			return fmt.Errorf("sample registration: %w", err)
		}
	}
	return nil
}

// sampleBatch is how many generated events one transaction writes.
const sampleBatch = 500

// sampleBulk writes generated events, the same for the same seed.
func (s *service) sampleBulk(ctx context.Context, run capability.SampleRun, orgs *people.OrgDirectory) error {
	g := newGenerator(run.Seed, s.Clock.Now().In(s.Places().Location()), s.Places(), orgs)
	if len(g.villages) == 0 || len(g.orgs) == 0 {
		return nil
	}
	for done := 0; done < run.Bulk; done += sampleBatch {
		batch := make([]Event, min(sampleBatch, run.Bulk-done))
		for i := range batch {
			batch[i] = g.event()
			batch[i].ID = s.IDs.New()
		}
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			for i := range batch {
				e := batch[i]
				if err := s.create(tx, &e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("generated events: %w", err)
		}
		if run.Step != nil {
			run.Step(len(batch))
		}
	}
	return nil
}

// generator invents events.
type generator struct {
	chance   *rand.Rand
	now      time.Time
	villages []*region.Village
	orgs     []*people.Organisation
}

// newGenerator invents the same for the same seed, day and places. now is in
// the region's time zone.
func newGenerator(seed uint64, now time.Time, places *region.Directory, orgs *people.OrgDirectory) *generator {
	return &generator{chance: rand.New(rand.NewPCG(seed, 0x7e4311e)), now: now, villages: places.Villages(""), orgs: orgs.All()}
}

func pick[T any](g *generator, list []T) T { return list[g.chance.IntN(len(list))] }

// invented is a sort of event: title, text, hour, length in hours, topic, cost.
type invented struct {
	title, text  string
	hour, length int
	topic, costs string
}

var (
	inventions = []invented{
		{"Jahreshauptversammlung", "Berichte, Neuwahlen und Ehrungen. Alle Mitglieder sind herzlich eingeladen.", 20, 2, "Verein", ""},
		{"Schafkopfturnier", "Gespielt wird mit dem kurzen Blatt. Sachpreise gibt es für alle Tische.", 19, 4, "Geselliges", "Startgeld 10 Euro"},
		{"Kaffeenachmittag", "Kuchen aus der Nachbarschaft, Zeit zum Ratschen und ein paar Lieder.", 14, 3, "Senioren", "Eintritt frei"},
		{"Dorfflohmarkt", "Vor den Häusern und in den Höfen wird verkauft, getauscht und verschenkt.", 9, 5, "Markt", "Eintritt frei"},
		{"Kinderturnen", "Klettern, Balancieren, Ballspiele für Kinder von drei bis sechs. Bitte Turnschuhe mitbringen.", 15, 1, "Kinder", "für Mitglieder frei"},
		{"Seniorengymnastik", "Sanfte Übungen im Sitzen und im Stehen. Einsteigen kann man jederzeit.", 10, 1, "Gesundheit", "3 Euro"},
		{"Vortrag: Heizen mit Holz und Sonne", "Was sich im alten Haus lohnt und welche Förderung es gibt. Danach ist Zeit für Fragen.", 19, 2, "Energie", "Eintritt frei"},
		{"Familiengottesdienst", "Mit Kinderchor. Danach gibt es Tee und Gebäck vor der Kirche.", 10, 1, "Kirche", ""},
		{"Radltour", "Gemütliche Runde über Feldwege, etwa 25 Kilometer, mit Einkehr.", 13, 4, "Sport", "Eintritt frei"},
		{"Blutspenden", "Bitte Ausweis mitbringen und vorher gut essen und trinken.", 16, 4, "Gesundheit", ""},
		{"Obstbaumschnitt im Lehrgarten", "Wir zeigen an jungen und an alten Bäumen, wie man richtig schneidet.", 10, 3, "Garten", "Eintritt frei"},
		{"Spieleabend", "Brettspiele für Groß und Klein. Eigene Spiele sind willkommen.", 18, 3, "Geselliges", "Eintritt frei"},
		{"Übung der Feuerwehr", "Wer zuschauen will, ist willkommen. Es kann laut werden.", 19, 2, "Feuerwehr", ""},
		{"Chorprobe", "Neue Stimmen sind gern gesehen, Noten lesen muss niemand können.", 20, 2, "Musik", ""},
		{"Repaircafé", "Gemeinsam bringen wir Toaster, Lampen und Fahrräder wieder zum Laufen.", 14, 3, "Nachbarschaft", "Spende erbeten"},
		{"Lesung in der Bücherei", "Geschichten vom Lech, gelesen bei Punsch und Kerzenlicht.", 19, 2, "Kultur", "5 Euro"},
		{"Bürgersprechstunde", "Ohne Anmeldung. Bringen Sie mit, was Ihnen auf dem Herzen liegt.", 17, 2, "Gemeinde", ""},
		{"Fußball: Heimspiel", "Anstoß bei jedem Wetter. Für Getränke und Wurstsemmeln ist gesorgt.", 15, 2, "Sport", "3 Euro"},
		{"Standkonzert", "Märsche, Polkas und ein paar Überraschungen unter freiem Himmel.", 19, 2, "Musik", "Eintritt frei"},
		{"Kinoabend im Saal", "Ein Film für die ganze Familie. Decken und Kissen bitte mitbringen.", 18, 2, "Kultur", "4 Euro"},
	}
	venues = []string{"Pfarrheim", "Feuerwehrhaus", "Dorfgemeinschaftshaus", "Sportheim", "Schulturnhalle", "Alte Schule", "Dorfplatz", "Vereinsstadel"}
	halves = []int{0, 0, 0, 30, 30, 15}
)

// event invents one, within a year before and after the present.
func (g *generator) event() Event {
	what, v, o := pick(g, inventions), pick(g, g.villages), pick(g, g.orgs)
	day := dayOf(g.now).AddDate(0, 0, g.chance.IntN(730)-365)
	start := atClock(day, time.Date(2000, 1, 1, what.hour, pick(g, halves), 0, 0, time.UTC))
	var e Event
	e.Sample, e.State, e.Publisher = true, compose.Published, o.ID
	e.Title, e.Text, e.Topics, e.Costs = what.title+" "+v.Name, what.text, []string{what.topic}, what.costs
	e.Start, e.End = start.UTC(), start.Add(time.Duration(what.length)*time.Hour).UTC()
	e.Place, e.Audience = pick(g, venues)+" "+v.Name, bulletin.ForPublic
	e.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
	e.Common.Point = near(v, e.Place)
	if g.chance.IntN(2) == 0 {
		e.Access = AccessFacts[:1+g.chance.IntN(3)]
	}
	e.PublishAt = start.AddDate(0, 0, -14-g.chance.IntN(46)).UTC()
	if e.PublishAt.After(g.now) {
		e.PublishAt = g.now.Add(-time.Duration(1+g.chance.IntN(40*24*60)) * time.Minute).UTC()
	}
	e.CreatedAt, e.UpdatedAt = e.PublishAt, e.PublishAt
	return e
}
