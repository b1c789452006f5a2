package bulletin

import (
	"context"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
)

// cards keeps rendered cards. A card depends on its entry's revision, the
// publisher, the language and the heading level alone (times in it are
// absolute), so a kept one is right until one of these changes.
type cards struct {
	mu   sync.RWMutex
	kept map[cardKey][]byte
}

type cardKey struct {
	id       string
	revision int64
	lang     i18n.Lang
	variant  bool // shown in Leichte Sprache
	level    int
	dress    uint64 // version of publishers and places
}

// maxCards bounds the memory kept, about 2 kB each.
const maxCards = 8192

func newCards() *cards { return &cards{kept: map[cardKey][]byte{}} }

func (c *cards) get(k cardKey) ([]byte, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	html, ok := c.kept[k]
	return html, ok
}

func (c *cards) put(k cardKey, html []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxCards {
		clear(c.kept) // rare, and cheaper than keeping an order
	}
	c.kept[k] = html
}

// Card shows an entry in a list. level is that of its heading: 2, 3 or 4.
func (b *Bulletin) Card(e *Entry, level int) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		html, err := b.renderCard(ctx, e, level)
		if err != nil {
			return err
		}
		_, err = w.Write(html)
		return err
	})
}

// CardView puts an entry into the words of a card.
func (b *Bulletin) CardView(ctx context.Context, e *Entry, level int) ui.CardView {
	l := i18n.From(ctx)
	title, summary, lang := e.In(wantedLang(ctx))
	kind := b.KindOf(e.Kind)
	c := ui.CardView{
		ID: e.ID, URL: e.Link, Title: title, HeadingLevel: level, Summary: summary,
		KindLabel: l.T("kind." + e.Kind), KindTone: kind.Tone,
		PublishedText: l.Date(e.PublishedAt, i18n.DateShort), PublishedISO: e.PublishedAt.Format(time.RFC3339),
		PlaceText: e.Place, Sample: e.Sample, SourceText: e.SourceName, SourceURL: e.SourceURL,
	}
	if lang != string(l.Lang) {
		c.Lang = lang
	}
	b.dressPublisher(l, &c, e.Publisher)
	if !e.Start.IsZero() {
		c.WhenText, c.WhenISO = When(l, e.Start, e.End, e.AllDay), isoTime(l, e.Start, e.AllDay)
		if e.RRule != "" {
			c.WhenText = l.T("bulletin.series_from", "when", c.WhenText)
		}
	}
	if e.Image != nil {
		c.ImageURL, c.ImageAlt = e.Image.URL, e.Image.Alt
	}
	switch {
	case e.Status == Cancelled || e.Status == Moved:
		c.Status = string(e.Status)
	case !e.CorrectedAt.IsZero():
		c.Status, c.StatusNote = "corrected", e.Correction
	}
	return c
}

func (b *Bulletin) dressPublisher(l *i18n.Localizer, c *ui.CardView, id string) {
	p, ok := b.Publisher(id)
	if !ok {
		c.PublisherName = l.T("bulletin.publisher_unknown")
		return
	}
	c.PublisherName, c.PublisherArms = p.Name, p.ArmsURL
	c.PublisherKind = l.T("people.kind_" + p.Kind)
	first, _ := utf8.DecodeRuneInString(p.Name)
	c.Initials, c.Tone = string(first), "leaf"
}

// When writes the time of a thing the way people say it. An all-day end is the
// midnight after the last day.
func When(l *i18n.Localizer, start, end time.Time, allDay bool) string {
	if allDay {
		last := end.Add(-time.Minute)
		if last.Before(start) {
			last = start
		}
		return l.Span(start, last, true)
	}
	if end.IsZero() {
		end = start
	}
	return l.Span(start, end, false)
}

func isoTime(l *i18n.Localizer, t time.Time, allDay bool) string {
	if allDay {
		return t.In(l.Zone).Format("2006-01-02")
	}
	return t.In(l.Zone).Format(time.RFC3339)
}

type simpleKey struct{}

// WithSimple marks a request whose reader asked for Leichte Sprache. It is a
// choice of the person and never guessed from the browser's languages.
func WithSimple(ctx context.Context) context.Context {
	return context.WithValue(ctx, simpleKey{}, true)
}

func prefersSimple(ctx context.Context) bool { return ctx.Value(simpleKey{}) != nil }

// wantedLang is the variant the reader prefers.
func wantedLang(ctx context.Context) string {
	if prefersSimple(ctx) {
		return LeichteSprache
	}
	return string(i18n.From(ctx).Lang)
}

// TimedView is the card of an entry at one of its times.
func (b *Bulletin) TimedView(ctx context.Context, t *Timed, level int) ui.CardView {
	l := i18n.From(ctx)
	c := b.CardView(ctx, &t.Entry, level)
	o := t.Occurrence
	c.WhenText, c.WhenISO = When(l, o.Start, o.End, o.AllDay), isoTime(l, o.Start, o.AllDay)
	if status := timedStatus(t); status != "" {
		c.Status, c.StatusNote = status, ""
	}
	return c
}
