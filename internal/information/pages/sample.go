package pages

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/db"
)

// invented are the invented pages of the demo.
//
//go:embed sample.json
var invented []byte

type samplePage struct {
	Title   string    `json:"title"`
	Slug    string    `json:"slug"`
	Town    string    `json:"town"` // slug of a municipality, empty for the region
	Text    string    `json:"text"`
	Menu    Menu      `json:"menu"`
	Parent  string    `json:"parent"` // slug
	Simple  [2]string `json:"simple"` // title and text in Leichte Sprache
	English [2]string `json:"english"`
}

func (s *service) sample(ctx context.Context, run capability.SampleRun) error {
	var all []samplePage
	if err := json.Unmarshal(invented, &all); err != nil {
		return fmt.Errorf("sample of pages: %w", err)
	}
	orgs, err := s.People.Organisations(ctx)
	if err != nil {
		return err
	}
	places, now := s.Places(), s.Clock.Now()
	towns := places.Municipalities()
	if len(towns) == 0 {
		return nil
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		ids := map[string]string{}
		for i, one := range all {
			p := Page{ID: s.IDs.New(), Slug: one.Slug, Menu: one.Menu, Parent: ids[one.Parent], Position: i, Sample: true}
			p.Title, p.Text, p.Audience = one.Title, one.Text, bulletin.ForPublic
			by := towns[0].ID
			if m, ok := places.MunicipalityBySlug("fuchstal"); ok {
				by = m.ID
			}
			if m, ok := places.MunicipalityBySlug(one.Town); ok {
				by, p.Scope.MunicipalityID = m.ID, m.ID
			}
			if o, ok := orgs.Municipality(by); ok {
				p.Publisher = o.ID
			}
			for lang, v := range map[string][2]string{bulletin.LeichteSprache: one.Simple, "en": one.English} {
				if v[0] != "" {
					p.Variants = append(p.Variants, compose.Variant{Lang: lang, Title: v[0], Text: v[1]})
				}
			}
			p.State, p.CreatedAt, p.UpdatedAt, p.PublishAt = compose.Published, now, now, now
			if err := p.Check(); err != nil {
				return fmt.Errorf("sample page %s: %w", one.Slug, err)
			}
			ids[one.Slug] = p.ID
			if err := s.create(tx, &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && run.Step != nil {
		run.Step(len(all))
	}
	return err
}
