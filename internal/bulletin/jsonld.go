package bulletin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/platform/web"
)

const ldType = "application/ld+json"

// schemas are the types of schema.org by kind, where the kind names none.
var schemas = map[string]string{
	"news": "NewsArticle", "event": "Event", "notice": "SpecialAnnouncement", "warning": "SpecialAnnouncement",
}

func (b *Bulletin) schema(e *Entry) string {
	if s := b.KindOf(e.Kind).Schema; s != "" {
		return s
	}
	if s := schemas[e.Kind]; s != "" {
		return s
	}
	if !e.Start.IsZero() {
		return "Event"
	}
	return "CreativeWork"
}

// JSONLD describes an entry in the words of schema.org. base is the address of
// the site.
func (b *Bulletin) JSONLD(ctx context.Context, base string, e *Entry) ([]byte, error) {
	title, summary, lang := e.In(wantedLang(ctx))
	kind := b.schema(e)
	d := map[string]any{
		"@context": "https://schema.org", "@type": kind, "@id": base + "/e/" + e.ID, "url": base + e.Link,
		"name": title, "inLanguage": lang, "dateModified": e.UpdatedAt.Format(time.RFC3339),
	}
	publisher := b.agent(base, e.Publisher)
	if kind == "Event" {
		d["organizer"] = publisher
		b.describeEvent(d, i18n.From(ctx), e)
	} else {
		d["headline"], d["datePublished"] = title, e.PublishedAt.Format(time.RFC3339)
		d["publisher"], d["author"] = publisher, publisher
		if place := schemaPlace(e); place != nil {
			d["contentLocation"] = place
		}
		if !e.ExpiresAt.IsZero() {
			d["expires"] = e.ExpiresAt.Format(time.RFC3339)
		}
	}
	if kind == "SpecialAnnouncement" {
		d["datePosted"], d["text"] = e.PublishedAt.Format(time.RFC3339), summary
	}
	if summary != "" {
		d["description"] = summary
	}
	if e.Image != nil {
		d["image"] = map[string]any{"@type": "ImageObject", "url": absolute(base, e.Image.URL), "caption": e.Image.Alt}
	}
	if len(e.Topics) > 0 {
		d["keywords"] = strings.Join(e.Topics, ", ")
	}
	if e.Correction != "" {
		d["correction"] = e.Correction
	}
	if e.SourceURL != "" {
		d["isBasedOn"] = e.SourceURL
	}
	return json.Marshal(d)
}

func (b *Bulletin) agent(base, id string) map[string]any {
	p, ok := b.Publisher(id)
	if !ok {
		return map[string]any{"@type": "Organization"}
	}
	a := map[string]any{"@type": "Organization", "name": p.Name}
	if p.URL != "" {
		a["url"] = absolute(base, p.URL)
	}
	return a
}

func (b *Bulletin) describeEvent(d map[string]any, l *i18n.Localizer, e *Entry) {
	status := map[Status]string{Cancelled: "EventCancelled", Withdrawn: "EventCancelled", Moved: "EventRescheduled"}[e.Status]
	if status == "" {
		status = "EventScheduled"
	}
	d["eventStatus"] = "https://schema.org/" + status
	d["eventAttendanceMode"] = "https://schema.org/OfflineEventAttendanceMode"
	if !e.Start.IsZero() {
		d["startDate"] = isoTime(l, e.Start, e.AllDay)
	}
	if e.End.After(e.Start) {
		end := e.End
		if e.AllDay {
			end = end.Add(-time.Minute) // the last day itself
		}
		d["endDate"] = isoTime(l, end, e.AllDay)
	}
	if place := schemaPlace(e); place != nil {
		d["location"] = place
	}
}

func schemaPlace(e *Entry) map[string]any {
	centre, ok := geo.Centre(e.Geometry)
	if e.Place == "" && !ok {
		return nil
	}
	p := map[string]any{"@type": "Place"}
	if e.Place != "" {
		p["name"] = e.Place
	}
	if ok {
		p["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": centre[1], "longitude": centre[0]}
	}
	return p
}

// Page is what the page of an entry says about itself: title, description,
// picture to share, feeds and JSON-LD. A page for some readers only is not
// offered to search engines.
func (b *Bulletin) Page(r *http.Request, e *Entry) (ui.Page, error) {
	l, base := i18n.From(r.Context()), b.BaseURL(r.Host)
	title, summary, _ := e.In(wantedLang(r.Context()))
	doc, err := b.JSONLD(r.Context(), base, e)
	if err != nil {
		return ui.Page{}, err
	}
	p := ui.Page{
		Title: title, Description: summary, Canonical: base + e.Link, Type: "article", JSONLD: doc,
		Image: base + "/e/" + e.ID + "/vorschau.png", ImageAlt: title, NoIndex: e.Audience != ForPublic,
		Feeds: []ui.FeedLink{{Type: ldType, Title: l.T("bulletin.as_data"), URL: "/e/" + e.ID + ".jsonld"}},
	}
	if !e.Start.IsZero() {
		p.Feeds = append(p.Feeds, ui.FeedLink{Type: "text/calendar", Title: l.T("bulletin.into_calendar"), URL: "/e/" + e.ID + "/kalender.ics"})
	}
	if e.Audience != ForPublic {
		p.Image, p.ImageAlt = "", ""
	}
	return p, nil
}

// Negotiate answers the page of an entry as JSON-LD when the reader asks for
// that, and names the other form in any case (RFC 8288). The caller has checked
// that the reader may see the entry, and goes on when done is false.
func (b *Bulletin) Negotiate(w http.ResponseWriter, r *http.Request, e *Entry) (done bool, err error) {
	w.Header().Add("Link", "</e/"+e.ID+`.jsonld>; rel="alternate"; type="`+ldType+`"`)
	w.Header().Add("Vary", "Accept")
	if !strings.Contains(r.Header.Get("Accept"), ldType) {
		return false, nil
	}
	return true, b.writeLD(w, r, e)
}

func (b *Bulletin) writeLD(w http.ResponseWriter, r *http.Request, e *Entry) error {
	doc, err := b.JSONLD(r.Context(), b.BaseURL(r.Host), e)
	if err != nil {
		return err
	}
	if e.Audience != ForPublic {
		w.Header().Set("Cache-Control", "private, no-store")
		return web.WriteBody(w, r, http.StatusOK, ldType, doc)
	}
	return conditional(w, r, ldType, doc, time.Time{})
}
