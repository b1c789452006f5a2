package news

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

// sampleFiles are invented texts of the demo.
//
//go:embed sample/news.json sample/bulk.json
var sampleFiles embed.FS

// bulkShare is how much of a large demo region is news, in percent.
const bulkShare = 30

// sampleBatch is how many are written in one transaction.
const sampleBatch = 500

type sampleNews struct {
	Org, Place, Title, Text, Scene, Alt, Corrected string
	Days                                           int // ago
	Topics                                         []string
	Easy, En                                       []string // title and text
}

// sample writes what was invented by hand, then as many generated ones as the
// size of the region asks for. Everything is marked as invented.
func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	var byHand []sampleNews
	if err := readSample("sample/news.json", &byHand); err != nil {
		return err
	}
	now := s.Clock.Now()
	var batch []prepared
	for _, one := range byHand {
		n, ok, err := s.invented(one, now)
		if err != nil {
			return err
		}
		if ok {
			batch = append(batch, n)
		}
	}
	if err := s.writeBatch(ctx, batch, run); err != nil {
		return err
	}
	return s.bulk(ctx, run)
}

func readSample(name string, into any) error {
	raw, err := sampleFiles.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return fmt.Errorf("news: %s: %w", name, err)
	}
	return nil
}

// invented is one text as a record; false where its organisation is missing.
func (s *service) invented(one sampleNews, now time.Time) (prepared, bool, error) {
	publisher, ok := s.Bulletin.Publisher(one.Org)
	if !ok {
		return prepared{}, false, nil
	}
	n := News{ID: s.IDs.New(), Sample: true}
	n.Publisher, n.Title, n.Text, n.Topics = publisher.ID, one.Title, one.Text, one.Topics
	if f := s.scope(&NewsInput{Place: one.Place}, &n.Common); f != nil {
		return prepared{}, false, fmt.Errorf("sample news %q: %w", one.Title, f)
	}
	if one.Scene != "" {
		n.Pictures = []compose.Picture{compose.Scene(one.Scene, one.Alt)}
	}
	for lang, pair := range map[string][]string{bulletin.LeichteSprache: one.Easy, "en": one.En} {
		if len(pair) == 2 {
			n.Variants = append(n.Variants, compose.Variant{Lang: lang, Title: pair[0], Text: pair[1]})
		}
	}
	n.PublishAt = now.AddDate(0, 0, -one.Days).Add(-time.Duration(len(one.Title)%7) * time.Hour)
	if err := n.Check(); err != nil {
		return prepared{}, false, fmt.Errorf("sample news %q: %w", one.Title, err)
	}
	if err := n.apply(change{action: compose.Publish, now: n.PublishAt}, people.Editor); err != nil {
		return prepared{}, false, fmt.Errorf("sample news %q: %w", one.Title, err)
	}
	n.CreatedAt = n.UpdatedAt
	if one.Corrected != "" {
		n.Correction, n.CorrectedAt = one.Corrected, n.PublishAt.AddDate(0, 0, 1)
	}
	p, err := prepare(&n)
	return p, err == nil, err
}

func (s *service) writeBatch(ctx context.Context, batch []prepared, run capability.SampleRun) error {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, n := range batch {
			if err := s.insert(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && run.Step != nil {
		run.Step(len(batch))
	}
	return err
}

// bulk writes generated news of the last two years.
func (s *service) bulk(ctx context.Context, run capability.SampleRun) error {
	var words struct{ Titles, Topics, Texts []string }
	if err := readSample("sample/bulk.json", &words); err != nil {
		return err
	}
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	places, now := s.Places().Villages(""), s.Clock.Now()
	chance := rand.New(rand.NewPCG(run.Seed, 7))
	pick := func(list []string) string { return list[chance.IntN(len(list))] }
	for left := run.Bulk; left > 0 && len(orgs.All()) > 0 && len(places) > 0; {
		batch := make([]prepared, 0, sampleBatch)
		for range min(left, sampleBatch) {
			village := places[chance.IntN(len(places))]
			fill := strings.NewReplacer("{village}", village.Name, "{topic}", pick(words.Topics))
			n, ok, err := s.invented(sampleNews{
				Org: orgs.All()[chance.IntN(len(orgs.All()))].ID, Place: village.Slug, Title: fill.Replace(pick(words.Titles)),
				Text: fill.Replace(pick(words.Texts) + "\n\n" + pick(words.Texts)), Topics: []string{pick(words.Topics)}, Days: 16 + chance.IntN(700),
			}, now)
			if err != nil {
				return err
			}
			if ok {
				batch = append(batch, n)
			}
		}
		left -= min(left, sampleBatch)
		if err := s.writeBatch(ctx, batch, run); err != nil {
			return err
		}
	}
	return nil
}
