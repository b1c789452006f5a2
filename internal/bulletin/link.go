package bulletin

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/web"
)

// entryLink is the short address that people pass on; with .jsonld behind it,
// the entry as data.
func (b *Bulletin) entryLink(w http.ResponseWriter, r *http.Request) error {
	id, asData := strings.CutSuffix(r.PathValue("id"), ".jsonld")
	e, err := b.find(r, id)
	if err != nil {
		return err
	}
	if asData {
		return b.writeLD(w, r, &e)
	}
	if done, err := b.Negotiate(w, r, &e); done || err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	http.Redirect(w, r, web.LocalPath(e.Link, "/"), http.StatusFound)
	return nil
}

func (b *Bulletin) find(r *http.Request, id string) (Entry, error) {
	var e Entry
	err := b.db.View(r.Context(), func(tx *db.Tx) error {
		var err error
		e, err = b.Get(tx, id, ReaderOf(r.Context()))
		return err
	})
	return e, err
}

// sitemapMost is the longest sitemap (sitemaps.org protocol 0.9).
const sitemapMost = 50_000

// sitemapPages open the first part.
var sitemapPages = []string{"/", "/neues", "/kalender", "/karte"}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

var (
	countPublic = db.SQL(`SELECT COUNT(*), COALESCE(MAX(updated_at), 0) FROM entry
		WHERE audience = 'public' AND status <> 'withdrawn' AND published_at <= $1 AND (expires_at = 0 OR expires_at > $1)`)
	selectPublic = db.SQL(`SELECT link, updated_at FROM entry
		WHERE audience = 'public' AND status <> 'withdrawn' AND published_at <= $1 AND (expires_at = 0 OR expires_at > $1)
		ORDER BY id LIMIT $2 OFFSET $3`)
)

type sitemapURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

type sitemapSet struct {
	XMLName xml.Name
	URLs    []sitemapURL `xml:"url,omitempty"`
	Parts   []sitemapURL `xml:"sitemap,omitempty"`
}

// sitemap lists every public page, or the parts of the list when it is long.
func (b *Bulletin) sitemap(w http.ResponseWriter, r *http.Request) error {
	var count, changed int64
	err := b.db.View(r.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(countPublic, db.Micros(b.clock.Now())).Scan(&count, &changed)
	})
	if err != nil {
		return err
	}
	count += int64(len(sitemapPages))
	if count <= sitemapMost {
		return b.writeSitemap(w, r, 0)
	}
	set := sitemapSet{XMLName: xml.Name{Space: sitemapSpace, Local: "sitemapindex"}}
	for part := int64(0); part*sitemapMost < count; part++ {
		set.Parts = append(set.Parts, sitemapURL{Loc: fmt.Sprintf("%s/sitemap/%d.xml", b.BaseURL(r.Host), part+1)})
	}
	return writeXML(w, r, set, db.Time(changed))
}

func (b *Bulletin) sitemapPart(w http.ResponseWriter, r *http.Request) error {
	name, ok := strings.CutSuffix(r.PathValue("part"), ".xml")
	part, err := strconv.Atoi(name)
	if !ok || err != nil || part < 1 || part > 10_000 {
		return fault.NotFound()
	}
	return b.writeSitemap(w, r, part-1)
}

func (b *Bulletin) writeSitemap(w http.ResponseWriter, r *http.Request, part int) error {
	base := b.BaseURL(r.Host)
	set := sitemapSet{XMLName: xml.Name{Space: sitemapSpace, Local: "urlset"}}
	if part == 0 {
		for _, path := range sitemapPages {
			set.URLs = append(set.URLs, sitemapURL{Loc: base + path})
		}
	}
	var changed time.Time
	scan := func(s db.Scanner) (sitemapURL, error) {
		var link string
		var updated int64
		err := s.Scan(&link, &updated)
		if at := db.Time(updated); at.After(changed) {
			changed = at
		}
		return sitemapURL{Loc: base + link, LastMod: db.Time(updated).Format(time.RFC3339)}, err
	}
	// The pages of the first part take the place of as many entries.
	limit, offset := sitemapMost-len(set.URLs), part*sitemapMost
	if part > 0 {
		offset -= len(sitemapPages)
	}
	err := b.db.View(r.Context(), func(tx *db.Tx) error {
		found, err := db.All(tx, selectPublic, scan, db.Micros(b.clock.Now()), limit, offset)
		set.URLs = append(set.URLs, found...)
		return err
	})
	if err != nil {
		return err
	}
	if len(set.URLs) == 0 {
		return fault.NotFound()
	}
	return writeXML(w, r, set, changed)
}

func writeXML(w http.ResponseWriter, r *http.Request, v any, changed time.Time) error {
	body, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return conditional(w, r, "application/xml; charset=utf-8", append([]byte(xml.Header), body...), changed)
}

// robots keeps crawlers out of what is endless or personal.
func (b *Bulletin) robots(w http.ResponseWriter, r *http.Request) error {
	body := "User-agent: *\nDisallow: /suche\nDisallow: /schreiben\nDisallow: /konto\nDisallow: /anmelden\n" +
		"Disallow: /*?*weiter=\nDisallow: /*?*monat=\n\nSitemap: " + b.BaseURL(r.Host) + "/sitemap.xml\n"
	return conditional(w, r, "text/plain; charset=utf-8", []byte(body), time.Time{})
}
