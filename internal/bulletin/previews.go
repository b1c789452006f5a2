package bulletin

import (
	"net/url"
	"strings"

	"context"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// previewView is an entry as each outlet will show it.
type previewView struct {
	words   *i18n.Localizer
	card    ui.CardView
	day     string
	when    string
	feed    string // the title in feeds
	feedSum string
	host    string
	notice  noticeView
}

// noticeView is the A4 sheet for the showcase at the town hall.
type noticeView struct {
	publisher, kind, title, when, place, summary, link, printed string
}

// Previews shows an entry in all outlets, so that an editor sees before
// publishing what readers will see. The entry need not be stored.
func (b *Bulletin) Previews(ctx context.Context, e *Entry) templ.Component {
	entry := *e
	if entry.ID == "" {
		entry.ID = "vorschau"
	}
	if entry.PublishedAt.IsZero() {
		entry.PublishedAt = b.clock.Now()
	}
	if entry.Link == "" {
		entry.Link = "#"
	}
	a := asked{ctx: ctx, places: b.Places(), words: i18n.From(ctx), base: b.BaseURL("")}
	card := b.CardView(ctx, &entry, 4)
	card.ID = "vorschau-" + card.ID
	item := b.feedItem(a, &entry)
	v := previewView{words: a.words, card: card, feed: item.Title, feedSum: item.Summary, host: hostOf(a.base)}
	if !entry.Start.IsZero() {
		v.day, v.when = a.words.Date(entry.Start, i18n.DateLong), card.WhenText
	}
	v.notice = noticeView{
		publisher: card.PublisherName, kind: card.KindLabel, title: card.Title, when: card.WhenText, place: entry.Place,
		summary: card.Summary, link: v.host + strings.TrimSuffix(entry.Link, "#"), printed: a.words.Date(b.clock.Now(), i18n.DateNumeric),
	}
	return previews(v)
}

func hostOf(base string) string {
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		return u.Host
	}
	return base
}
