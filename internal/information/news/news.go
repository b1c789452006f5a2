// Package news is Aktuelles: what the municipality, a club or a parish has to
// say. Authors write and ask for approval, editors publish, correct and
// withdraw; what feeds bring from elsewhere arrives here too.
package news

import (
	"embed"
	"strings"
	"time"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/privacy"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "news"

// News is one piece of news.
type News struct {
	ID string
	compose.Life
	compose.Common
	Source Source
	Sample bool // invented, for the demo
}

// Source is where imported news comes from; empty for what was written here.
type Source struct {
	ID         string // of the import; empty once an editor has made the text their own
	ExternalID string // its own name for the item
	Name       string
	URL        string
}

// rules are what must be there before news is published.
var rules = compose.Rules{}

// change is one step in the life of a piece of news.
type change struct {
	action     compose.Action
	reason     string // of sending back and withdrawing
	correction string // what a change of published news corrects
	now        time.Time
}

// apply takes the step. The role is that of the actor in the publisher.
// Errors: Forbidden, Conflict (see compose.Next), Invalid for a missing reason.
func (n *News) apply(c change, role people.Role) error {
	next, err := compose.Next(n.State, c.action, role)
	if err != nil {
		return err
	}
	c.reason, c.correction = compose.Line(c.reason), compose.Line(c.correction)
	if (c.action == compose.Return || c.action == compose.Withdraw) && c.reason == "" {
		return fault.Invalid("reason", "news.reason_missing")
	}
	for field, text := range map[string]string{"reason": c.reason, "correction": c.correction} {
		if utf8.RuneCountInString(text) > compose.MaxReason {
			return fault.Invalid(field, "compose.long", "max", compose.MaxReason, "n", utf8.RuneCountInString(text))
		}
	}
	if next == compose.Published {
		if n.PublishAt.IsZero() {
			n.PublishAt = c.now
		}
		if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(n.PublishAt) {
			return fault.Invalid("expire-date", "compose.expires_before")
		}
		if n.State == compose.Published && c.correction != "" {
			n.Correction, n.CorrectedAt = c.correction, c.now
		}
	}
	switch c.action {
	case compose.Return, compose.Withdraw:
		n.Note = c.reason
	case compose.Submit, compose.Publish:
		n.Note = "" // it was taken to heart
	}
	n.State, n.UpdatedAt = next, c.now
	return nil
}

// path is its address.
func (n *News) path() string { return "/aktuelles/" + n.ID }

// entry is how the bulletin carries it.
func (n *News) entry() *bulletin.Entry {
	e := &bulletin.Entry{
		ID: n.ID, Kind: Kind, Link: n.path(), InFeed: true, Status: bulletin.Active,
		CorrectedAt: n.CorrectedAt, Correction: n.Correction,
		SourceName: n.Source.Name, SourceURL: n.Source.URL, Sample: n.Sample,
	}
	n.Entry(e)
	return e
}

// listPath shows all news.
const listPath = "/neues?art=" + Kind

// service is the capability at work.
type service struct {
	bulletin.Tools
	desk *compose.Desk
}

func newService(t bulletin.Tools) *service {
	return &service{Tools: t, desk: compose.NewDesk(t)}
}

// New makes the capability.
func New(t bulletin.Tools) capability.Capability {
	s := newService(t)
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "leaf", Icon: "document", Listed: true, Schema: "NewsArticle"})
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "news.write", Icon: "edit", URL: writePath, Role: people.Author})
	t.Bulletin.AddDesk(s.deskItems)
	return capability.Capability{
		Name: "news", Migrations: Files, Messages: Messages, Routes: s.routes(), API: s.api, Bulk: bulkShare, Sample: s.sample,
		Tables: []privacy.Table{{
			Name: "news", Personal: []string{"author_id"}, Person: "author_id", Erase: privacy.ClearRow,
			Purpose: "to know who wrote a text that is to be approved",
			Keep:    "as long as the news; cleared when the account is erased",
		}},
	}
}

// validLang reports whether lang is one that a reader can ask for.
func validLang(lang string) bool {
	return strings.Contains("|de|"+strings.Join(compose.VariantLangs, "|")+"|", "|"+lang+"|")
}
