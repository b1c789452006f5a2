package news

import (
	"context"
	"net/http"
	"strings"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

// writePath is where one begins to write, livePath checks while one writes.
const (
	writePath = "/aktuelles/schreiben"
	livePath  = "/aktuelles/pruefen"
)

func (s *service) routes() []web.Route {
	author := web.Needs(string(people.Author), nil) // the publisher is checked by the rules
	return []web.Route{
		{Method: "GET", Path: "/aktuelles", Access: web.Everyone, Handle: s.list},
		{Method: "GET", Path: "/aktuelles/{id}", Access: web.Everyone, Handle: s.page, Versioned: true},
		{Method: "GET", Path: writePath, Access: author, Handle: s.blank},
		{Method: "POST", Path: writePath, Access: author, Handle: s.write, MaxBody: compose.MaxBody},
		{Method: "POST", Path: livePath, Access: author, Handle: s.live},
		{Method: "GET", Path: "/aktuelles/{id}/bearbeiten", Access: author, Handle: s.edit},
		{Method: "POST", Path: "/aktuelles/{id}/bearbeiten", Access: author, Handle: s.rewrite, MaxBody: compose.MaxBody},
	}
}

// list leads to the bulletin's list with the kind fixed and all other filters
// of the address kept.
func (s *service) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	q.Set("art", Kind)
	http.Redirect(w, r, "/neues?"+q.Encode(), http.StatusFound)
	return nil
}

// read finds published news for a reader. What is withdrawn or expired is Gone
// with its reason, what the reader may not see NotFound.
func (s *service) read(ctx context.Context, newsID string) (n News, e bulletin.Entry, err error) {
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		if n, err = find(tx, newsID); err != nil {
			return err
		}
		e, err = s.Bulletin.Get(tx, newsID, bulletin.ReaderOf(ctx))
		return err
	})
	if fault.KindOf(err) == fault.KindGone && n.State == compose.Withdrawn {
		switch n.Note {
		case "":
		case goneThere:
			err = fault.New(fault.KindGone, "news.gone_there", "title", n.Title)
		default:
			err = fault.New(fault.KindGone, "news.withdrawn", "title", n.Title, "reason", n.Note)
		}
	}
	return n, e, err
}

// pageView is one page of news.
type pageView struct {
	News
	entry              *bulletin.Entry
	publisher          bulletin.Publisher
	title, text, lang  string // of the variant shown
	langs              []ui.Link
	canEdit            bool
	address            string // absolute
	publishedText, iso string
}

func (s *service) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, e, err := s.read(ctx, r.PathValue("id"))
	actor := people.ActorFrom(ctx)
	if fault.KindOf(err) == fault.KindNotFound && n.ID != "" && actor.Can(people.Author, n.Publisher) {
		return web.SeeOther(w, r, n.path()+"/bearbeiten") // a draft of one's own
	}
	if err != nil {
		return err
	}
	if done, err := s.Bulletin.Negotiate(w, r, &e); done || err != nil {
		return err
	}
	page, err := s.Bulletin.Page(r, &e)
	if err != nil {
		return err
	}
	v := s.view(r, n, &e)
	v.canEdit = actor.Can(people.Editor, n.Publisher)
	page.Title, page.Description, page.Active = v.title, richtext.Summary(v.text, 200), "neues"
	return ui.Render(w, r, http.StatusOK, page, newsPage(v))
}

// view chooses the language: what the address asks for, else what the reader
// prefers, which is what the card shows.
func (s *service) view(r *http.Request, n News, e *bulletin.Entry) pageView {
	l := i18n.From(r.Context())
	v := pageView{News: n, entry: e, address: s.BaseURL(r.Host) + n.path()}
	v.publisher, _ = s.Bulletin.Publisher(n.Publisher)
	asked := r.URL.Query().Get("sprache")
	if !validLang(asked) {
		if asked = s.Bulletin.CardView(r.Context(), e, 2).Lang; asked == "" {
			asked = string(l.Lang)
		}
	}
	v.title, v.text, v.lang = n.In(asked)
	v.publishedText, v.iso = l.Date(n.PublishAt, i18n.DateLong), n.PublishAt.In(l.Zone).Format("2006-01-02T15:04:05Z07:00")
	for _, lang := range append([]string{"de"}, compose.VariantLangs...) {
		if _, _, found := n.In(lang); found == lang && (lang != "de" || len(n.Variants) > 0) {
			v.langs = append(v.langs, ui.Link{ID: lang, Label: l.T("news.read_" + lang), URL: n.path() + "?sprache=" + lang})
		}
	}
	if len(v.langs) < 2 {
		v.langs = nil
	}
	return v
}

// deskItems are what an actor still has to look after.
func (s *service) deskItems(ctx context.Context, actor people.Actor) ([]bulletin.DeskItem, error) {
	speakers, err := s.desk.Speakers(people.WithActor(ctx, actor))
	if err != nil {
		return nil, err
	}
	var out []bulletin.DeskItem
	now := s.Clock.Now()
	err = s.DB.View(ctx, func(tx *db.Tx) error {
		out = nil
		for _, speaker := range speakers {
			found, err := db.All(tx, openNews, scanNews, speaker.ID)
			if err != nil {
				return err
			}
			for i := range found {
				n := &found[i]
				state := n.Shown(&n.Common, now)
				if state == compose.Published || state == compose.Expired {
					continue // its time has come since it was saved
				}
				out = append(out, bulletin.DeskItem{
					State: string(state), Kind: Kind, Title: n.Title, URL: n.path() + "/bearbeiten",
					Publisher: n.Publisher, At: n.UpdatedAt, Note: n.Note,
				})
			}
		}
		return nil
	})
	return out, err
}

// htmlLang is the lang attribute of a variant (BCP 47), empty where the page's
// own language says it already.
func htmlLang(lang, page string) string {
	if strings.EqualFold(lang, page) {
		return ""
	}
	return lang
}
