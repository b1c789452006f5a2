// Package sample fills a demo region: the real places of Smart Region AUF with
// invented people, clubs and texts, all of them marked as Beispieldaten.
package sample

import (
	"context"
	"fmt"

	"dorflinde/internal/app"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/region"
)

// Size is how much there is to see.
type Size string

// The sizes, with how many entries they have.
const (
	Small    Size = "small"    // what is written by hand, some hundred
	Region   Size = "region"   // 10,000
	District Size = "district" // 200,000
)

var entries = map[Size]int{Small: 0, Region: 10_000, District: 200_000}

// Password opens every sample account. It is printed at the start of the demo
// and works nowhere else.
const Password = "linde-im-dorf-2026"

// Options of Fill. The zero value is the small region.
type Options struct {
	Seed     uint64
	Size     Size
	Progress func(done, total int) // may be nil
}

// SignIn is one sample account, one for each role.
type SignIn struct{ Email, Name, What string }

// SignIns are the sample accounts in the order in which they are printed.
func SignIns() []SignIn {
	return []SignIn{
		{"betrieb@beispiel.example", "Bea Betrieb", "operator: runs the region"},
		{"rathaus@beispiel.example", "Renate Rathaus", "admin of Gemeinde Fuchstal and of the Verwaltungsgemeinschaft"},
		{"redaktion@beispiel.example", "Rudi Redaktion", "editor of Gemeinde Fuchstal: publishes and approves"},
		{"verein@beispiel.example", "Vroni Verein", "admin of Musikverein Leeder"},
		{"schreiben@beispiel.example", "Sepp Schreiber", "author of Musikverein Leeder: writes drafts"},
		{"lesen@beispiel.example", "Lena Leserin", "reader in Musikverein Leeder"},
		{"buerger@beispiel.example", "Bernd Bürger", "resident with an account, no role"},
	}
}

// Fill writes the sample once; a region that is there already stays as it is.
func Fill(ctx context.Context, a *app.App, o Options) error {
	if a.Region.Current().Region.ID != "" {
		return nil
	}
	places, err := region.NewSample(a.IDs)
	if err != nil {
		return err
	}
	if err := a.DB.Update(ctx, places.Install); err != nil {
		return err
	}
	if err := a.Refresh(ctx); err != nil {
		return err
	}
	if err := addPeople(ctx, a); err != nil {
		return err
	}
	if err := a.Refresh(ctx); err != nil {
		return err
	}
	if err := addContent(ctx, a, o); err != nil {
		return err
	}
	return a.Settle(ctx)
}

// addContent lets each capability write its own sample.
func addContent(ctx context.Context, a *app.App, o Options) error {
	total, done := entries[o.Size], 0
	step := func(n int) {
		done = min(done+n, total)
		if o.Progress != nil && total > 0 {
			o.Progress(done, total)
		}
	}
	for _, part := range a.Parts() {
		if part.Sample == nil {
			continue
		}
		run := capability.SampleRun{Seed: o.Seed, Step: step}
		if total > 0 && part.Bulk > 0 {
			run.Bulk = total * int(part.Bulk) / 100
		}
		if err := part.Sample(ctx, run); err != nil {
			return fmt.Errorf("sample of %s: %w", part.Name, err)
		}
	}
	step(total)
	return nil
}

func addPeople(ctx context.Context, a *app.App) error {
	d := a.Region.Current()
	var accounts []people.NewAccount
	for _, s := range SignIns() {
		accounts = append(accounts, people.NewAccount{
			Name: s.Name, Email: s.Email, Password: Password, Locale: "de", VillageID: village(d, "leeder"),
			Operator: s.Email == "betrieb@beispiel.example",
		})
	}
	bodies, err := organisations(d)
	if err != nil {
		return err
	}
	return a.People.Sample(ctx, accounts, bodies, []people.SampleRole{
		{Email: "rathaus@beispiel.example", Org: "verwaltungsgemeinschaft-fuchstal", Role: people.Admin},
		{Email: "rathaus@beispiel.example", Org: "gemeinde-fuchstal", Role: people.Admin},
		{Email: "redaktion@beispiel.example", Org: "gemeinde-fuchstal", Role: people.Editor},
		{Email: "verein@beispiel.example", Org: "musikverein-leeder", Role: people.Admin},
		{Email: "schreiben@beispiel.example", Org: "musikverein-leeder", Role: people.Author},
		{Email: "lesen@beispiel.example", Org: "musikverein-leeder", Role: people.Reader},
	})
}

func village(d *region.Directory, slug string) string {
	v, ok := d.VillageBySlug(slug)
	if !ok {
		return ""
	}
	return v.ID
}
