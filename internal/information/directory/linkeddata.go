package directory

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/platform/richtext"
)

// linkedData describes the page for search engines: schema.org LocalBusiness,
// GovernmentOffice and their kin, with openingHoursSpecification.
func (s *service) linkedData(r *http.Request, v *pageView) ([]byte, error) {
	kind := "Place"
	if c, ok := category(v.Category); ok {
		kind = c.Schema
	}
	base := s.BaseURL(r.Host)
	doc := map[string]any{"@context": "https://schema.org", "@type": kind, "@id": v.address, "url": v.address, "name": v.title, "dateModified": v.UpdatedAt.Format(time.RFC3339)}
	for name, value := range map[string]string{
		"description": richtext.Summary(v.text, 300), "telephone": v.Phone, "email": v.Mail, "sameAs": v.Web, "address": v.Address,
	} {
		if value != "" {
			doc[name] = value
		}
	}
	if v.Point != nil {
		doc["geo"] = map[string]any{"@type": "GeoCoordinates", "latitude": v.Point[1], "longitude": v.Point[0]}
	}
	if len(v.Pictures) > 0 {
		doc["image"] = map[string]any{"@type": "ImageObject", "url": base + v.Pictures[0].URL(false), "caption": v.Pictures[0].Alt}
	}
	if len(v.Languages) > 0 {
		doc["knowsLanguage"] = v.Languages
	}
	if h := v.open(); h.Known() {
		c := s.clocks()
		doc["openingHoursSpecification"] = specification(h, c.now, c.of(&v.Listing))
		var special []map[string]any
		for _, d := range h.Exceptions(c.now, exceptionDays, c.of(&v.Listing)) {
			special = append(special, daySpecification(d, "validFrom", d.Date.Format(time.DateOnly), "validThrough", d.Date.Format(time.DateOnly))...)
		}
		if len(special) > 0 {
			doc["specialOpeningHoursSpecification"] = special
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("describe directory entry %s: %w", v.ID, err)
	}
	return raw, nil
}

// specification is the ordinary week as schema.org has it.
func specification(h hours.Hours, now time.Time, c *hours.Calendar) []map[string]any {
	out := []map[string]any{}
	exceptions := map[time.Time]bool{}
	week := h.Week(now, c)
	for _, d := range h.Exceptions(week[0].Date, 7, c) {
		exceptions[d.Date] = true
	}
	for _, d := range week {
		if exceptions[d.Date] { // of a holiday, next week's day tells the ordinary times
			d = h.Day(d.Date.AddDate(0, 0, 7), c)
		}
		if len(d.Spans) > 0 {
			out = append(out, daySpecification(d, "dayOfWeek", "https://schema.org/"+d.Date.Weekday().String())...)
		}
	}
	return out
}

// daySpecification has one part for each span; a closed day opens and closes
// at midnight, as schema.org asks.
func daySpecification(d hours.DayHours, pairs ...string) []map[string]any {
	spans := d.Spans
	if len(spans) == 0 {
		spans = []hours.Span{{}}
	}
	out := make([]map[string]any, len(spans))
	for i, span := range spans {
		to := min(span.To, 24*60-1)
		if span.To > 24*60 {
			to = span.To - 24*60
		}
		out[i] = map[string]any{"@type": "OpeningHoursSpecification", "opens": clockText(span.From), "closes": clockText(to)}
		for p := 0; p+1 < len(pairs); p += 2 {
			out[i][pairs[p]] = pairs[p+1]
		}
	}
	return out
}

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
