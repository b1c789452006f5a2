package bulletin

import (
	"net/http"
	"slices"

	"dorflinde/internal/people"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// deskMost bounds each section of the desk.
const deskMost = 30

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
