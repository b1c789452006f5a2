package pages

import (
	"context"
	"log/slog"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// mostHeader keeps the header on one line of a wide screen.
const mostHeader = 2

// Navigation offers pages around every other page. Make one with NewNavigation.
type Navigation struct{ s *service }

// NewNavigation makes a navigation. Wire it up as one of the shell's dressers:
// pages.NewNavigation(tools).Dress.
func NewNavigation(t bulletin.Tools) *Navigation { return &Navigation{newService(t)} }

// Menu are the links to the pages of one place in the menu, for a municipality
// (nil for the whole region), in order.
func (n *Navigation) Menu(ctx context.Context, m *region.Municipality, menu Menu) ([]ui.Link, error) {
	var shown []Page
	err := n.s.DB.View(ctx, func(tx *db.Tx) (err error) { shown, err = db.All(tx, shownPages, scanPage); return err })
	if err != nil {
		return nil, err
	}
	now, lang := n.s.Clock.Now(), string(i18n.From(ctx).Lang)
	var links []ui.Link
	for i := range shown {
		p := &shown[i]
		e := p.entry()
		here := p.Scope.MunicipalityID == "" || m != nil && p.Scope.MunicipalityID == m.ID
		if p.Menu == menu && here && e.Visible(now) && e.Audience == bulletin.ForPublic {
			title, _, _ := p.In(lang)
			links = append(links, ui.Link{ID: p.Slug, Label: title, URL: p.path()})
		}
	}
	return links, nil
}

// Dress adds the pages to header and footer of a shell. A page must not fail
// because its menu does, so an error is only logged.
func (n *Navigation) Dress(ctx context.Context, m *region.Municipality, s *ui.Shell) {
	header, err := n.Menu(ctx, m, HeaderMenu)
	if err != nil {
		slog.ErrorContext(ctx, "menu of pages", "error", err)
		return
	}
	footer, err := n.Menu(ctx, m, FooterMenu)
	if err != nil {
		slog.ErrorContext(ctx, "menu of pages", "error", err)
		return
	}
	shown := min(len(header), mostHeader)
	s.Nav = append(s.Nav[:len(s.Nav):len(s.Nav)], header[:shown]...)
	s.Footer = append(append(footer, header[shown:]...), s.Footer...)
}
