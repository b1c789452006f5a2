package bulletin

import (
	"context"
	"net/http"
	"slices"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// deskMost bounds each section of the desk; deskRecent, how much of each
// publisher stands among what was published last, and deskSpeakers, for how
// many publishers that is looked up: the operator may write for all of them.
const (
	deskMost     = 30
	deskRecent   = 10
	deskSpeakers = 20
)

type deskView struct {
	writers  []ui.Link
	sections []deskSection
	empty    bool
}

type deskSection struct {
	id, title string
	rows      []deskRow
	more      int // how many do not fit
}

type deskRow struct {
	title, url, kind, tone, publisher, when, note string
}

// deskPage is where an editor begins: what one may write, and what waits.
func (b *Bulletin) deskPage(w http.ResponseWriter, r *http.Request) error {
	actor, words := people.ActorFrom(r.Context()), i18n.From(r.Context())
	var items []DeskItem
	for _, desk := range b.desk {
		found, err := desk(r.Context(), actor)
		if err != nil {
			return err
		}
		items = append(items, found...)
	}
	recent, err := b.recent(r.Context(), actor)
	if err != nil {
		return err
	}
	items = append(items, recent...)
	v := deskView{writers: b.writerLinks(actor, words), empty: len(items) == 0}
	for _, state := range deskStates {
		if s := b.deskSection(words, state, items); len(s.rows) > 0 {
			v.sections = append(v.sections, s)
		}
	}
	page := ui.Page{Title: words.T("bulletin.desk_title"), NoIndex: true, Active: "schreiben"}
	return ui.Render(w, r, http.StatusOK, page, deskBody(v))
}

func (b *Bulletin) writerLinks(actor people.Actor, words *i18n.Localizer) []ui.Link {
	var links []ui.Link
	for _, w := range b.writers {
		role := w.Role
		if role == people.NoRole {
			role = people.Author
		}
		if b.mayWrite(actor, role, w.Official) {
			links = append(links, ui.Link{ID: w.Kind, Label: words.T(w.MessageKey), URL: w.URL, Icon: w.Icon})
		}
	}
	return links
}

// recent is what was announced last for those the actor writes for, whoever
// wrote it; their pages offer to correct or to withdraw it.
func (b *Bulletin) recent(ctx context.Context, actor people.Actor) ([]DeskItem, error) {
	var kinds []string
	for _, w := range b.writers {
		kinds = append(kinds, w.Kind)
	}
	if len(kinds) == 0 || b.Publishers == nil {
		return nil, nil
	}
	var own []Publisher
	for _, p := range b.Publishers() {
		if actor.Can(people.Author, p.ID) && len(own) < deskSpeakers {
			own = append(own, p)
		}
	}
	var out []DeskItem
	err := b.db.View(ctx, func(tx *db.Tx) error {
		out = nil
		for _, p := range own {
			found, err := b.List(tx, Filter{Publisher: p.ID, Kinds: kinds, FeedOnly: true}, ReaderOf(ctx), Page{Limit: deskRecent})
			if err != nil {
				return err
			}
			for i := range found.Entries {
				e := &found.Entries[i]
				out = append(out, DeskItem{State: DeskPublished, Kind: e.Kind, Title: e.Title, URL: e.Link, Publisher: e.Publisher, At: e.PublishedAt})
			}
		}
		return nil
	})
	return out, err
}

func (b *Bulletin) mayWrite(actor people.Actor, role people.Role, official bool) bool {
	if !official || b.Publishers == nil {
		return actor.CanSomewhere(role)
	}
	return slices.ContainsFunc(b.Publishers(), func(p Publisher) bool {
		kind := people.Kind(p.Kind)
		return (kind == people.Municipality || kind == people.Administration) && actor.Can(role, p.ID)
	})
}

// deskSection holds the items of one state: what is due first on top, what is
// written or published latest on top.
func (b *Bulletin) deskSection(words *i18n.Localizer, state string, items []DeskItem) deskSection {
	s := deskSection{id: "stand-" + state, title: words.T("bulletin.desk_" + state)}
	own := slices.DeleteFunc(slices.Clone(items), func(i DeskItem) bool { return i.State != state })
	slices.SortStableFunc(own, func(a, b DeskItem) int {
		if state == DeskScheduled || state == DeskWaiting {
			return a.At.Compare(b.At)
		}
		return b.At.Compare(a.At)
	})
	if len(own) > deskMost {
		own, s.more = own[:deskMost], len(own)-deskMost
	}
	for _, i := range own {
		row := deskRow{title: i.Title, url: i.URL, kind: words.T("kind." + i.Kind), tone: b.KindOf(i.Kind).Tone, note: i.Note}
		if row.title == "" {
			row.title = words.T("bulletin.untitled")
		}
		if p, ok := b.Publisher(i.Publisher); ok {
			row.publisher = p.Name
		}
		if !i.At.IsZero() {
			row.when = words.Date(i.At, i18n.DateTime)
		}
		s.rows = append(s.rows, row)
	}
	return s
}
