package bulletin

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/web"
)

// What feeds carry: the newest entries, and for thirty days what was withdrawn
// or corrected, so that readers elsewhere learn of it however old it is.
const (
	feedItems   = 50
	feedChanges = 50
	tellChanges = 30 * 24 * time.Hour
)

var feedTypes = map[string]string{
	"rss":  "application/rss+xml; charset=utf-8",
	"atom": "application/atom+xml; charset=utf-8",
	"json": "application/feed+json; charset=utf-8",
}

// feed answers with a feed. Feeds carry public entries only, whoever asks:
// their addresses are handed on to programs and other people.
func (b *Bulletin) feed(form string, write func(io.Writer, feed.Out) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := b.ask(r)
		if err != nil {
			return err
		}
		return b.shared(w, r, a, feedTypes[form], func() ([]byte, time.Time, error) {
			out, err := b.feedOut(a, "/feeds/"+form)
			if err != nil {
				return nil, time.Time{}, err
			}
			var body bytes.Buffer
			if err := write(&body, out); err != nil {
				return nil, time.Time{}, err
			}
			return body.Bytes(), out.Updated, nil
		})
	}
}

func (b *Bulletin) feedOut(a asked, path string) (feed.Out, error) {
	out := feed.Out{
		Title: a.words.T("bulletin.feed_title", "place", a.placeName()), Language: string(a.words.Lang),
		Description: a.words.T("bulletin.home_description", "place", a.placeName()),
		HomeURL:     a.base + a.address("/neues"), SelfURL: a.base + a.address(path),
	}
	f := a.filter.announced()
	var entries []Entry
	err := b.db.View(a.ctx, func(tx *db.Tx) error {
		found, err := b.List(tx, f, Reader{}, Page{Limit: feedItems})
		if err != nil {
			return err
		}
		changed, err := b.Changes(tx, f, Reader{}, b.clock.Now().Add(-tellChanges), feedChanges)
		entries = merge(found.Entries, changed)
		return err
	})
	if err != nil {
		return out, err
	}
	for i := range entries {
		if at := entries[i].UpdatedAt; at.After(out.Updated) {
			out.Updated = at
		}
		out.Items = append(out.Items, b.feedItem(a, &entries[i]))
	}
	if out.Updated.IsZero() {
		out.Updated = time.Unix(0, 0).UTC() // Atom demands a date; an empty feed has none of its own
	}
	return out, nil
}

// merge puts two lists together without saying anything twice.
func merge(lists ...[]Entry) []Entry {
	var out []Entry
	seen := map[string]bool{}
	for _, e := range slices.Concat(lists...) {
		if !seen[e.ID] {
			seen[e.ID] = true
			out = append(out, e)
		}
	}
	return out
}

// announced is a title as feeds show it: what changed comes first.
func (a *asked) announced(e *Entry) string {
	title, _, _ := e.In(wantedLang(a.ctx))
	switch {
	case e.Status == Withdrawn:
		return a.words.T("bulletin.feed_withdrawn", "title", title)
	case e.Status == Cancelled:
		return a.words.T("bulletin.feed_cancelled", "title", title)
	case e.Status == Moved:
		return a.words.T("bulletin.feed_moved", "title", title)
	case !e.CorrectedAt.IsZero():
		return a.words.T("bulletin.feed_corrected", "title", title)
	}
	return title
}

func (b *Bulletin) feedItem(a asked, e *Entry) feed.OutItem {
	_, summary, _ := e.In(wantedLang(a.ctx))
	item := feed.OutItem{
		ID: "urn:uuid:" + e.ID, URL: a.base + e.Link, Title: a.announced(e), Summary: summary,
		Published: e.PublishedAt, Updated: e.UpdatedAt, Author: b.publisherName(a, e.Publisher),
		Categories: append([]string{a.words.T("kind." + e.Kind)}, e.Topics...),
	}
	if e.Correction != "" && e.Status != Withdrawn {
		item.Summary = a.words.T("bulletin.feed_correction", "what", e.Correction) + "\n" + item.Summary
	}
	if e.Status == Withdrawn {
		item.Summary = a.words.T("bulletin.feed_withdrawn_text")
		if e.Correction != "" {
			item.Summary = e.Correction
		}
		return item
	}
	if e.Image != nil {
		item.ImageURL = absolute(a.base, e.Image.URL)
	}
	if !e.Start.IsZero() {
		item.Start = &e.Start
		item.Summary = When(a.words, e.Start, e.End, e.AllDay) + placeSuffix(e) + "\n" + item.Summary
		if !e.End.IsZero() {
			item.End = &e.End
		}
	}
	return item
}

func placeSuffix(e *Entry) string {
	if e.Place == "" {
		return ""
	}
	return " · " + e.Place
}

func (b *Bulletin) publisherName(a asked, id string) string {
	if p, ok := b.Publisher(id); ok {
		return p.Name
	}
	return a.words.T("bulletin.publisher_unknown")
}

// absolute gives the full address of something on this site.
func absolute(base, url string) string {
	if len(url) > 0 && url[0] == '/' {
		return base + url
	}
	return url
}
