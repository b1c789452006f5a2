package app

import (
	"context"

	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// Wings are the capabilities that the shell asks directly: warnings for its
// banner, pages for its menu.
type Wings struct {
	dressers []func(ctx context.Context, m *region.Municipality, s *ui.Shell)
}

// dress lets capabilities add to what surrounds every page.
func (w *Wings) dress(ctx context.Context, m *region.Municipality, s *ui.Shell) {
	for _, d := range w.dressers {
		d(ctx, m, s)
	}
}
