package bulletin

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/search"
	"dorflinde/internal/platform/ui"
)

// shownCards are finished cards, in order.
type shownCards [][]byte

// Render writes them.
func (s shownCards) Render(_ context.Context, w io.Writer) error {
	for _, html := range s {
		if _, err := w.Write(html); err != nil {
			return err
		}
	}
	return nil
}

// showList reads one page of a list as finished cards. Only the entries whose
// card is not kept are read in full.
func (b *Bulletin) showList(ctx context.Context, tx *db.Tx, f Filter, p Page, level int) (shownCards, Result, error) {
	refs, rest, err := b.refs(tx, f, ReaderOf(ctx), p)
	if err != nil || len(refs) == 0 {
		return nil, rest, err
	}
	shown, missing := b.keptCards(ctx, refs, level)
	return shown, rest, b.fillCards(ctx, tx, shown, missing, level)
}

// keptCards finds the finished cards of a list, nil where one is missing.
func (b *Bulletin) keptCards(ctx context.Context, refs []ref, level int) (shown shownCards, missing []string) {
	key := b.cardKey(ctx, level)
	shown = make(shownCards, len(refs))
	b.cards.mu.RLock()
	defer b.cards.mu.RUnlock()
	for i := range refs {
		key.id, key.revision = refs[i].id, refs[i].revision
		html, ok := b.cards.kept[key]
		if !ok {
			missing = append(missing, refs[i].id)
		}
		shown[i] = html
	}
	return shown, missing
}

// fillCards renders the missing cards, which are in the order of the list.
func (b *Bulletin) fillCards(ctx context.Context, tx *db.Tx, shown shownCards, missing []string, level int) error {
	if len(missing) == 0 {
		return nil
	}
	entries, err := b.read(tx, missing)
	if err != nil {
		return err
	}
	for i := range shown {
		if shown[i] != nil {
			continue
		}
		if len(entries) == 0 {
			break
		}
		if shown[i], err = b.renderCard(ctx, &entries[0], level); err != nil {
			return err
		}
		entries = entries[1:]
	}
	return nil
}

func (b *Bulletin) cardKey(ctx context.Context, level int) cardKey {
	return cardKey{lang: i18n.From(ctx).Lang, variant: prefersSimple(ctx), level: level, dress: b.Dress()}
}

// renderCard gives the finished card of an entry, from those kept if possible.
func (b *Bulletin) renderCard(ctx context.Context, e *Entry, level int) ([]byte, error) {
	key := b.cardKey(ctx, level)
	key.id, key.revision = e.ID, e.Revision
	if html, ok := b.cards.get(key); ok {
		return html, nil
	}
	var buf bytes.Buffer
	if err := ui.Card(b.CardView(ctx, e, level)).Render(ctx, &buf); err != nil {
		return nil, err
	}
	b.cards.put(key, buf.Bytes())
	return buf.Bytes(), nil
}

// listView is a page with a list.
type listView struct {
	asked
	filters filterView
	cards   templ.Component
	empty   bool
	newer   string
	older   string
}

// news shows the list of everything announced, with all filters.
func (b *Bulletin) news(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	v := listView{asked: a}
	v.filters = b.filters(a, "/neues", "liste")
	after := a.query.Get("weiter")
	err = b.db.View(r.Context(), func(tx *db.Tx) error {
		f := a.filter.announced()
		cards, rest, err := b.showList(r.Context(), tx, f, Page{After: after, Limit: DefaultLimit}, 2)
		v.cards, v.empty = cards, len(cards) == 0
		if rest.Next != "" {
			v.older = a.address("/neues", "weiter", rest.Next)
		}
		return err
	})
	if err != nil {
		return err
	}
	if after != "" {
		v.newer = a.address("/neues")
	}
	page := b.listPage(a, "bulletin.news_title", "/neues")
	page.NoIndex = after != "" || !a.filter.From.IsZero() || !a.filter.To.IsZero() || a.filter.Query != ""
	return ui.Render(w, r, http.StatusOK, page, newsPage(v))
}

// listPage is what a page with filters says about itself.
func (b *Bulletin) listPage(a asked, titleKey, path string) ui.Page {
	title := a.words.T(titleKey)
	if name := a.place.Name(); name != "" {
		title += " · " + name
	}
	return ui.Page{
		Title: title, Description: a.words.T(titleKey+"_lead", "place", a.placeName()),
		Canonical: a.base + a.address(path), Feeds: a.feeds(), Active: strings.Trim(path, "/"),
	}
}

// filterView is the form above a list.
type filterView struct {
	action     string
	results    string // id of the element with the list
	open       bool
	query      string
	hidden     []ui.Option // fields that stay as they are
	kinds      []ui.Option
	places     []ui.Option
	publishers []ui.Option
	topic      string
	from, to   string
	dates      bool
}

func (b *Bulletin) filters(a asked, action, results string) filterView {
	f := a.filter
	v := filterView{
		action: action, results: results, query: f.Query, topic: f.Topic, dates: true,
		kinds: b.kindOptions(a), places: placeOptions(a), publishers: b.publisherOptions(a),
	}
	q := f.Values(a.places)
	v.from, v.to = q.Get(paramFrom), q.Get(paramTo)
	if box := q.Get(paramBox); box != "" {
		v.hidden = append(v.hidden, ui.Option{Label: paramBox, Value: box})
	}
	v.open = len(f.Kinds) > 0 || f.Publisher != "" || f.Topic != "" || f.Query != "" || v.from != "" || v.to != ""
	return v
}

func (b *Bulletin) kindOptions(a asked) []ui.Option {
	options := []ui.Option{{Value: "", Label: a.words.T("bulletin.kinds_all")}}
	for _, k := range b.kinds {
		if k.Listed {
			options = append(options, ui.Option{Value: k.Name, Label: a.words.T("kind." + k.Name), Chosen: slices.Equal(a.filter.Kinds, []string{k.Name})})
		}
	}
	return options
}

func placeOptions(a asked) []ui.Option {
	chosen := a.filter.PlaceSlug(a.places)
	options := []ui.Option{{Value: string(HorizonRegion), Label: a.words.T("bulletin.region_all")}}
	for _, m := range a.places.Municipalities() {
		slug := Filter{Municipality: m.ID}.PlaceSlug(a.places)
		options = append(options, ui.Option{Value: slug, Label: a.words.T("bulletin.municipality_all", "name", m.Name), Group: m.Name, Chosen: slug == chosen})
		for _, v := range a.places.Villages(m.ID) {
			options = append(options, ui.Option{Value: v.Slug, Label: v.Name, Group: m.Name, Chosen: v.Slug == chosen})
		}
	}
	return options
}

func (b *Bulletin) publisherOptions(a asked) []ui.Option {
	if b.Publishers == nil {
		return nil
	}
	options := []ui.Option{{Value: "", Label: a.words.T("bulletin.publishers_all")}}
	for _, p := range b.Publishers() {
		chosen := a.filter.Publisher != "" && (p.ID == a.filter.Publisher || p.Slug == a.filter.Publisher)
		options = append(options, ui.Option{Value: p.Slug, Label: p.Name, Chosen: chosen})
	}
	return options
}

// searchView is the page of a search.
type searchView struct {
	asked
	kinds     []ui.Link
	kind      string
	hits      []hitView
	corrected string
}

// hitView is one hit with the words marked.
type hitView struct {
	card    ui.CardView
	title   []search.Part
	summary []search.Part
}

// snippetLength is how much of a text a hit shows, in bytes.
const snippetLength = 240

// searchPage finds entries by words.
func (b *Bulletin) searchPage(w http.ResponseWriter, r *http.Request) error {
	a, err := b.ask(r)
	if err != nil {
		return err
	}
	v := searchView{asked: a, kind: strings.Join(a.filter.Kinds, ",")}
	if a.filter.Query != "" {
		err = b.db.View(r.Context(), func(tx *db.Tx) error {
			found, err := b.List(tx, a.filter, ReaderOf(r.Context()), Page{Limit: 50})
			v.corrected = found.Corrected
			words := a.filter.Query
			if found.Corrected != "" {
				words = found.Corrected
			}
			for i := range found.Entries {
				v.hits = append(v.hits, b.hit(r.Context(), &found.Entries[i], words))
			}
			return err
		})
		if err != nil {
			return err
		}
		v.kinds = b.kindChips(a, "/suche")
	}
	page := ui.Page{Title: a.words.T("bulletin.search_title"), NoIndex: true, Canonical: a.base + "/suche", Active: "suche"}
	if a.filter.Query != "" {
		page.Title = a.words.T("bulletin.search_for", "words", a.filter.Query)
	}
	return ui.Render(w, r, http.StatusOK, page, searchResults(v))
}

func (b *Bulletin) hit(ctx context.Context, e *Entry, words string) hitView {
	c := b.CardView(ctx, e, 2)
	return hitView{card: c, title: search.Snippet(c.Title, words, 4*MaxTitle), summary: search.Snippet(c.Summary, words, snippetLength)}
}

// kindChips are the kinds as links that keep all other filters.
func (b *Bulletin) kindChips(a asked, path string) []ui.Link {
	chips := []ui.Link{{ID: "*", Label: a.words.T("bulletin.kinds_all"), URL: a.address(path, paramKind, "")}}
	for _, k := range b.kinds {
		if k.Listed {
			chips = append(chips, ui.Link{ID: k.Name, Icon: k.Icon, Label: a.words.T("kind." + k.Name), URL: a.address(path, paramKind, k.Name)})
		}
	}
	return chips
}

// parts writes a text with the words of the search marked. It is no template,
// because those would put spaces between the pieces.
func parts(list []search.Part) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range list {
			text := templ.EscapeString(p.Text)
			if p.Hit {
				text = "<mark>" + text + "</mark>"
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
}
