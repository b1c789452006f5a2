package bulletin

import (
	"dorflinde/internal/platform/feed"
	"dorflinde/internal/platform/web"
)

// Routes are the addresses of the backbone's outlets.
func (b *Bulletin) Routes() []web.Route {
	open := func(path string, h web.Handler) web.Route {
		return web.Route{Method: "GET", Path: path, Access: web.Everyone, Handle: h}
	}
	shared := func(path string, h web.Handler) web.Route {
		r := open(path, h)
		r.Versioned = true
		return r
	}
	return []web.Route{
		shared("/{$}", b.home),
		shared("/neues", b.news),
		shared("/kalender", b.calendarPage),
		shared("/karte", b.mapPage),
		shared("/karte/daten.geojson", b.mapData),
		shared("/karte/grundlage.geojson", b.mapBase),
		shared("/suche", b.searchPage),
		open("/e/{id}", b.entryLink),
		open("/e/{id}/kalender.ics", b.entryCalendar),
		open("/e/{id}/vorschau.png", b.entryPicture),
		open("/feeds/rss", b.feed("rss", feed.WriteRSS)),
		open("/feeds/atom", b.feed("atom", feed.WriteAtom)),
		open("/feeds/json", b.feed("json", feed.WriteJSON)),
		open("/calendar.ics", b.calendarFeed),
		open("/sitemap.xml", b.sitemap),
		open("/sitemap/{part}", b.sitemapPart),
		open("/robots.txt", b.robots),
		{Method: "GET", Path: "/schreiben", Access: web.Needs("author", nil), Handle: b.deskPage},
	}
}
