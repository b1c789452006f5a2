package news

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/region"
)

// bulkShare is how much of a large demo region is news, in percent.
const bulkShare = 35

// bulkBatch is how many are written in one transaction.
const bulkBatch = 500

// bulkYears is how far back generated news reaches.
const bulkYears = 2

// bulkWords are the sentences of generated news.
//
//go:embed sample/bulk.json
var bulkWords embed.FS

// bulkTheme is what one sort of speaker talks about.
type bulkTheme struct {
	Arms     []string // of the speakers
	Topic    string
	Subjects []string // compounds, as people look for them
	Places   []string
	Titles   []string // of what is to come
	Sayings  []string
	// What is over; both empty where nothing ever is.
	PastTitles []string
	Past       []string
	Ends       []string
}

// generator makes up news; the same seed, region and time give the same.
type generator struct {
	*service
	chance  *rand.Rand
	places  *region.Directory
	pairs   []speaker
	from    time.Time
	step    time.Duration // between two
	written int
}

// speaker is an organisation with a theme that suits it.
type speaker struct {
	org      *people.Organisation
	theme    *bulkTheme
	villages []*region.Village
}

// sampleBulk writes run.Bulk generated news of the last two years, oldest
// first, so that indexes grow at their end. While one batch is written the
// next one is made up.
func (s *service) sampleBulk(ctx context.Context, run capability.SampleRun, orgs *people.OrgDirectory) error {
	if run.Bulk <= 0 {
		return nil
	}
	g, err := s.newGenerator(run, orgs)
	if err != nil || len(g.pairs) == 0 {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches, failed := make(chan []prepared, 1), make(chan error, 1)
	go func() {
		defer close(batches)
		for left := run.Bulk; left > 0; left -= bulkBatch {
			batch, err := g.batch(min(left, bulkBatch))
			if err != nil {
				failed <- err
				return
			}
			select {
			case batches <- batch:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
		}
		failed <- nil
	}()
	for batch := range batches {
		if err := s.sampleWrite(ctx, batch); err != nil {
			return err
		}
		if run.Step != nil {
			run.Step(len(batch))
		}
	}
	return <-failed
}

func (s *service) newGenerator(run capability.SampleRun, orgs *people.OrgDirectory) (*generator, error) {
	raw, err := bulkWords.ReadFile("sample/bulk.json")
	if err != nil {
		return nil, fmt.Errorf("news sample: %w", err)
	}
	var themes []bulkTheme
	if err := json.Unmarshal(raw, &themes); err != nil {
		return nil, fmt.Errorf("news sample: %w", err)
	}
	now := s.Clock.Now()
	g := &generator{service: s, chance: rand.New(rand.NewPCG(run.Seed, 35)), places: s.Places(), from: now.AddDate(-bulkYears, 0, 0)}
	g.step = now.AddDate(0, 0, -1).Sub(g.from) / time.Duration(run.Bulk) // what is new is written by hand
	for _, o := range orgs.All() {
		one := speaker{org: o}
		for _, m := range o.MunicipalityIDs {
			one.villages = append(one.villages, g.places.Villages(m)...)
		}
		if len(one.villages) == 0 {
			continue
		}
		for i := range themes {
			if themes[i].suits(o) {
				one.theme = &themes[i]
				g.pairs = append(g.pairs, one)
			}
		}
	}
	return g, nil
}

// suits compares arms; a municipality may wear any.
func (t *bulkTheme) suits(o *people.Organisation) bool {
	arms := o.Arms
	if o.Kind == people.Municipality || o.Kind == people.Administration {
		arms = "office"
	}
	for _, one := range t.Arms {
		if one == arms {
			return true
		}
	}
	return false
}

func (g *generator) batch(n int) ([]prepared, error) {
	out := make([]prepared, 0, n)
	for range n {
		p, err := prepare(g.next())
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// next makes up one piece of news.
func (g *generator) next() *News {
	who := g.pairs[g.chance.IntN(len(g.pairs))]
	at := g.from.Add(time.Duration(g.written) * g.step).Truncate(time.Minute)
	g.written++
	v := who.villages[g.chance.IntN(len(who.villages))]
	if own, ok := g.places.Village(who.org.VillageID); ok && g.chance.IntN(2) == 0 {
		v = own
	}
	place := g.pick(who.theme.Places)
	subject := g.pick(who.theme.Subjects)
	street := v.Name
	if streets := g.places.Streets(v.ID); len(streets) > 0 {
		street = streets[g.chance.IntN(len(streets))].Name
	}
	when := at.In(g.places.Location()).AddDate(0, 0, 4+g.chance.IntN(40))
	fill := strings.NewReplacer("{was}", subject, "{ort}", v.Name, "{wer}", who.org.Name, "{wo}", place, "{strasse}", street,
		"{wann}", germanDate(when), "{uhr}", strconv.Itoa(8+g.chance.IntN(12)), "{zahl}", strconv.Itoa(3+g.chance.IntN(90)), "{jahr}", strconv.Itoa(at.Year()))
	titles, sayings := who.theme.Titles, who.theme.Sayings
	if len(who.theme.PastTitles) > 0 && g.chance.IntN(4) == 0 {
		titles, sayings = who.theme.PastTitles, who.theme.Past
	}
	first, second := g.twice(sayings)
	n := &News{ID: g.IDs.New(), Sample: true}
	n.State, n.CreatedAt, n.UpdatedAt, n.PublishAt = compose.Published, at, at, at
	n.Publisher, n.Topics, n.Audience = who.org.ID, []string{who.theme.Topic}, bulletin.ForPublic
	n.Title = fill.Replace(g.pick(titles))
	n.Text = fill.Replace(first + " " + second + "\n\n" + g.pick(who.theme.Ends))
	n.Scope.MunicipalityID = v.MunicipalityID
	if g.chance.IntN(3) > 0 {
		n.Scope.VillageID = v.ID
	}
	if g.chance.IntN(5) == 0 {
		n.Place = place + ", " + v.Name
		// about 400 m around the centre, so that the map is no pile
		n.Point = &orb.Point{v.Centre[0] + (g.chance.Float64()-0.5)*0.01, v.Centre[1] + (g.chance.Float64()-0.5)*0.007}
	}
	return n
}

func (g *generator) pick(list []string) string { return list[g.chance.IntN(len(list))] }

// twice picks two different ones of a list that has at least two.
func (g *generator) twice(list []string) (first, second string) {
	i := g.chance.IntN(len(list))
	j := (i + 1 + g.chance.IntN(len(list)-1)) % len(list)
	return list[i], list[j]
}
