package warnings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

// board keeps the warnings of the last weeks for as long as the data is
// unchanged. It is asked for with every page.
type board struct {
	version uint64
	filled  bool
	list    []Warning
}

// recentWarnings are those in force, most severe first, and those of the
// archive. The slice is shared: never write to it.
func (s *service) recentWarnings(ctx context.Context) ([]Warning, error) {
	version := s.DB.Version() // before the data, so that a change in between makes this stale
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.board.filled && s.board.version == version {
		return s.board.list, nil
	}
	var list []Warning
	err := s.DB.View(ctx, func(tx *db.Tx) (err error) {
		list, err = load(tx, s.Places(), s.Clock.Now().Add(-archive-24*time.Hour))
		return err
	})
	if err != nil {
		return nil, err
	}
	s.board = board{version: version, filled: true, list: list}
	return list, nil
}

func load(tx *db.Tx, region *region.Directory, since time.Time) ([]Warning, error) {
	list, err := db.All(tx, recent, scanWarning, db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("read warnings: %w", err)
	}
	at := map[string]int{}
	for i := range list {
		at[list[i].ID] = i
	}
	places, err := db.All(tx, allEntries, func(row db.Scanner) (p [2]string, err error) {
		err = row.Scan(&p[0], &p[1])
		return p, err
	}, db.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("read warnings: %w", err)
	}
	for _, p := range places {
		i, ok := at[p[0]]
		if !ok {
			continue
		}
		for _, m := range region.Municipalities() {
			if (p[1] == m.ID || p[1] == everywhere) && !slices.Contains(list[i].Municipalities, m.ID) {
				list[i].Municipalities = append(list[i].Municipalities, m.ID)
			}
		}
	}
	return list, nil
}

// inForce are the warnings that a municipality ("" for the region) must heed now.
func inForce(list []Warning, municipality string, now time.Time) []*Warning {
	var out []*Warning
	for i := range list {
		if list[i].Valid(now) && list[i].touches(municipality) {
			out = append(out, &list[i])
		}
	}
	return out
}

// Banners makes what puts the warnings in force above every page: the most
// severe one, and how many more there are.
func Banners(t bulletin.Tools) func(context.Context, *region.Municipality, *ui.Shell) {
	s := &service{Tools: t}
	return s.banners
}

func (s *service) banners(ctx context.Context, m *region.Municipality, shell *ui.Shell) {
	list, err := s.recentWarnings(ctx)
	if err != nil {
		return // a page without its banner is better than no page; the list says what is wrong
	}
	municipality := ""
	if m != nil {
		municipality = m.ID
	}
	now := s.Clock.Now()
	current := inForce(list, municipality, now)
	if len(current) == 0 {
		return
	}
	l, w := i18n.From(ctx), current[0]
	info, _ := w.Alert.Info(string(l.Lang))
	b := ui.Banner{
		Severity: bannerTone(w.Severity), Title: info.Headline, URL: w.path(), LinkText: l.T("warnings.what_to_do"),
		Text: l.T("warnings.banner", "sender", info.SenderName, "until", l.Date(w.Until, i18n.DateTime)),
	}
	if more := len(current) - 1; more > 0 {
		b.Text += " " + l.N("warnings.more", more)
		b.URL, b.LinkText = listPath, l.T("warnings.show_all")
	}
	shell.Banners = append(shell.Banners, b)
}

// bannerTone is danger only for what threatens life or property (CAP: Severe,
// Extreme), so that it keeps its force.
func bannerTone(severity bulletin.Severity) string {
	switch {
	case severity >= bulletin.SeveritySevere:
		return "danger"
	case severity == bulletin.SeverityModerate:
		return "warning"
	}
	return "info"
}
