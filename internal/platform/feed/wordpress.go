package feed

import (
	"strings"
	"time"

	"dorflinde/internal/platform/sheet"
)

// nsWP begins the namespaces of the export format of every version
// (http://wordpress.org/export/1.2/ and …/excerpt/).
const (
	nsWP      = "http://wordpress.org/export/"
	nsExcerpt = nsWP + "excerpt"
)

// wpKinds are the post types that carry content for people; the calendar
// plug-ins in use name theirs differently.
var wpKinds = map[string]string{
	"post": "post", "page": "page", "event": "event", "tribe_events": "event", "ai1ec_event": "event",
	"mec-events": "event", "ajde_events": "event", "em_event": "event", "eventon": "event", "event_listing": "event",
}

func isWXR(channel *node) bool {
	return channel.kid("wxr_version", nsWP) != nil
}

// wordpress reads the items of an export. Attachments are no entries, but give
// the picture of the entry that names them.
func (r *reader) wordpress(channel *node, items []*node) {
	type picture struct{ url, alt string }
	pictures := map[string]picture{}
	for _, n := range items {
		if n.str("post_type", nsWP) == "attachment" {
			p := picture{url: r.link(n.str("attachment_url", nsWP)), alt: meta(n)["_wp_attachment_image_alt"]}
			pictures[n.str("post_id", nsWP)] = p
		}
	}
	authors := map[string]string{}
	for _, k := range channel.kids {
		if k.is("author", nsWP) {
			authors[k.str("author_login", nsWP)] = k.str("author_display_name", nsWP)
		}
	}
	for _, n := range items {
		kind, ok := wpKinds[n.str("post_type", nsWP)]
		status := n.str("status", nsWP)
		if !ok || status == "auto-draft" || status == "inherit" {
			continue
		}
		it := r.rssItem(n)
		it.Kind, it.Status = kind, status
		it.Deleted = status != "publish" && status != "future" || n.str("post_password", nsWP) != ""
		it.Summary = n.str("encoded", nsExcerpt)
		// The login name is what people sign in with: only the display name is carried on.
		it.Author = authors[it.Author]
		if t, ok := ParseDate(zoneUTC(n.str("post_date_gmt", nsWP))); ok {
			it.Published = t
		}
		if t, ok := ParseDate(zoneUTC(n.str("post_modified_gmt", nsWP))); ok {
			it.Updated = t
		}
		it.Categories = nil
		for _, k := range n.kids {
			if k.is("category") && !strings.Contains(k.attr("domain"), "format") && k.attr("nicename") != "uncategorized" && k.attr("nicename") != "allgemein" {
				it.Categories = append(it.Categories, k.text.String())
			}
		}
		m := meta(n)
		if p, ok := pictures[m["_thumbnail_id"]]; ok {
			it.ImageURL, it.ImageAlt = p.url, p.alt
		}
		if kind == "event" {
			it.Start = eventTime(m, "_EventStartDateUTC", "_event_start", "_EventStartDate", "_event_start_local", "_event_start_date", "mec_start_date")
			it.End = eventTime(m, "_EventEndDateUTC", "_event_end", "_EventEndDate", "_event_end_local", "_event_end_date", "mec_end_date")
		}
		r.feed.Items = append(r.feed.Items, it)
	}
}

// zoneUTC marks a date of the export as UTC. Drafts have "0000-00-00 00:00:00".
func zoneUTC(s string) string {
	if s == "" || strings.HasPrefix(s, "0000") {
		return ""
	}
	return s + " UTC"
}

func meta(n *node) map[string]string {
	m := map[string]string{}
	for _, k := range n.kids {
		if k.is("postmeta", nsWP) {
			m[k.str("meta_key", nsWP)] = k.str("meta_value", nsWP)
		}
	}
	return m
}

// eventTime takes the first of the keys that holds a date. Those of Events
// Manager (_event_start) and those that end in UTC are UTC.
func eventTime(m map[string]string, keys ...string) *time.Time {
	for _, key := range keys {
		v := m[key]
		if strings.HasSuffix(key, "UTC") || strings.HasSuffix(key, "_start") || strings.HasSuffix(key, "_end") {
			v = zoneUTC(v)
		}
		if key == "_event_start_date" {
			v = strings.TrimSpace(v + " " + m["_event_start_time"])
		}
		if key == "_event_end_date" {
			v = strings.TrimSpace(v + " " + m["_event_end_time"])
		}
		if t, ok := ParseDate(v); ok {
			return &t
		}
	}
	return nil
}

// germanDate reads what the RFC forms do not cover: "Do, 03.12.2026 19:30 Uhr".
func germanDate(s string) (time.Time, bool) {
	w, err := sheet.Date(s)
	if err != nil || !w.HasDate {
		return time.Time{}, false
	}
	return w.In(berlin()), true
}
