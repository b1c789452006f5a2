// Package pages holds the simple pages of a municipality: about us, history,
// halls to rent, first steps for newcomers. They have a place in the menu and
// an address that goes on leading to them when it changes.
package pages

import (
	"embed"
	"regexp"
	"slices"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/region"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "page"

// Menu is where a page is offered.
type Menu string

// The places.
const (
	NoMenu     Menu = "none"
	HeaderMenu Menu = "header"
	FooterMenu Menu = "footer"
)

// Menus lists the places in the order in which they are offered.
var Menus = []Menu{NoMenu, HeaderMenu, FooterMenu}

// Page is one page.
type Page struct {
	ID   string
	Slug string // its address behind /seiten/, unique in the region
	compose.Life
	compose.Common
	Parent   string // id of the page above, empty for none; there are two levels
	Position int    // among its neighbours, from 0
	Menu     Menu
	Sample   bool
}

var (
	rules = compose.Rules{}
	slugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// reserved are addresses below /seiten/ that belong to the editor.
var reserved = []string{"bearbeiten", "schreiben", "verschieben"}

const maxSlug = 80

// Check normalises the page and tells what cannot even be a draft.
func (p *Page) Check() error {
	faults := fault.All(p.Common.Check())
	if p.Slug = compose.Line(p.Slug); p.Slug == "" {
		p.Slug = region.Slug(richtext.Cut(p.Title, maxSlug-10))
	}
	if len(p.Slug) > maxSlug || !slugs.MatchString(p.Slug) || slices.Contains(reserved, p.Slug) || id.Valid(p.Slug) {
		faults.Add(fault.Invalid("slug", "pages.slug_wrong"))
	}
	if p.Menu == "" {
		p.Menu = NoMenu
	}
	if !slices.Contains(Menus, p.Menu) {
		faults.Add(fault.Invalid("menu", "pages.menu_unknown"))
	}
	if p.ID != "" && p.Parent == p.ID {
		faults.Add(fault.Invalid("parent", "pages.parent_self"))
	}
	return faults.Err()
}

// change is one step in the life of a page.
type change struct {
	action             compose.Action
	reason, correction string
}

// apply takes the step at a moment. Errors: Forbidden, Conflict (see
// compose.Next), Invalid.
func (p *Page) apply(c change, role people.Role, s *service) error {
	next, err := compose.Next(p.State, c.action, role)
	if err != nil {
		return err
	}
	c.reason, c.correction = compose.Line(c.reason), compose.Line(c.correction)
	if c.action == compose.Return && c.reason == "" {
		return fault.Invalid("reason", "pages.reason_missing")
	}
	for field, text := range map[string]string{"reason": c.reason, "correction": c.correction} {
		if n := utf8.RuneCountInString(text); n > compose.MaxReason {
			return fault.Invalid(field, "compose.long", "max", compose.MaxReason, "n", n)
		}
	}
	now := s.Clock.Now()
	if next == compose.Published {
		if p.PublishAt.IsZero() {
			p.PublishAt = now
		}
		if !p.ExpiresAt.IsZero() && !p.ExpiresAt.After(p.PublishAt) {
			return fault.Invalid("expire-date", "compose.expires_before")
		}
		if p.State == compose.Published && c.correction != "" {
			p.Correction, p.CorrectedAt = c.correction, now
		}
	}
	p.Note, p.State, p.UpdatedAt = c.reason, next, now
	return nil
}

// path is its address.
func (p *Page) path() string { return pagePath + p.Slug }

// summaryLength of entries, in characters: newcomers read it on the welcome page.
const summaryLength = 480

// entry is how the bulletin carries it: to be found, but not announced.
func (p *Page) entry() *bulletin.Entry {
	e := &bulletin.Entry{
		ID: p.ID, Kind: Kind, Link: p.path(), Status: bulletin.Active,
		CorrectedAt: p.CorrectedAt, Correction: p.Correction, Sample: p.Sample,
	}
	p.Entry(e)
	e.Summary = richtext.Summary(p.Text, summaryLength)
	return e
}

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
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "soft", Icon: "document", Schema: "WebPage"})
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "pages.write", Icon: "document", URL: writePath, Role: people.Author})
	t.Bulletin.AddDesk(s.deskItems)
	return capability.Capability{
		Name: "pages", Migrations: Files, Messages: Messages, Routes: s.routes(), Sample: s.sample,
		Tables: []privacy.Table{
			{
				Name: "page", Personal: []string{"author_id"}, Person: "author_id", Erase: privacy.ClearRow,
				Purpose: "to know who wrote a page that is to be approved",
				Keep:    "as long as the page; cleared when the account is erased",
			},
			{Name: "page_slug"},
		},
	}
}
