package cap

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
)

// maxPoints bounds the corners of one polygon; the DWD's largest unions of
// municipalities have some thousands.
const maxPoints = 50_000

var (
	statuses    = []string{"Actual", "Exercise", "System", "Test", "Draft"}
	msgTypes    = []string{"Alert", "Update", "Cancel", "Ack", "Error"}
	scopes      = []string{"Public", "Restricted", "Private"}
	urgencies   = []string{"Immediate", "Expected", "Future", "Past", "Unknown"}
	severities  = []string{"Extreme", "Severe", "Moderate", "Minor", "Unknown"}
	certainties = []string{"Observed", "Likely", "Possible", "Unlikely", "Unknown"}
)

// oneOf finds the allowed spelling, whatever the case; ok is false for others.
func oneOf(allowed []string, v string) (string, bool) {
	for _, a := range allowed {
		if strings.EqualFold(a, strings.TrimSpace(v)) {
			return a, true
		}
	}
	return "", false
}

// orUnknown takes what nobody knows for "Unknown": a warning must not be lost
// because its sender invented a degree. "Very Likely" is CAP 1.0 for Likely.
func orUnknown(allowed []string, v string) string {
	if strings.EqualFold(strings.TrimSpace(v), "Very Likely") {
		return "Likely"
	}
	if known, ok := oneOf(allowed, v); ok {
		return known
	}
	return "Unknown"
}

// moment reads a dateTime of CAP 3.3.2; the standard forbids "Z", senders do not care.
func moment(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(text))
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// validIdentifier: no spaces, commas or restricted characters (CAP 3.2.1).
func validIdentifier(id string) bool {
	return id != "" && len(id) <= 300 && !strings.ContainsAny(id, " ,<&\t\r\n")
}

// references reads "sender,identifier,sent" groups; broken groups are left out,
// because a warning without its history is still a warning.
func references(text string) []Reference {
	var out []Reference
	for _, group := range strings.Fields(text) {
		parts := strings.Split(group, ",")
		if len(parts) != 3 || !validIdentifier(parts[1]) {
			continue
		}
		sent, _ := moment(parts[2])
		out = append(out, Reference{Sender: parts[0], Identifier: parts[1], Sent: sent})
	}
	return out
}

// fields splits a list in which members with spaces are quoted (CAP 3.2.1).
func fields(text string) []string {
	var out []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		if text[0] == '"' {
			if end := strings.IndexByte(text[1:], '"'); end >= 0 {
				out = append(out, text[1:1+end])
				text = text[end+2:]
				continue
			}
		}
		end := strings.IndexAny(text, " \t\r\n")
		if end < 0 {
			end = len(text)
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// polygon reads "lat,lon lat,lon …" (CAP 3.2.4): at least four pairs, the first
// equal to the last. An open ring is closed.
func polygon(text string) (p orb.Polygon, reason string) {
	pairs := strings.Fields(text)
	if len(pairs) > maxPoints {
		return nil, "more than " + strconv.Itoa(maxPoints) + " positions"
	}
	ring := make(orb.Ring, 0, len(pairs)+1)
	for _, pair := range pairs {
		q, ok := position(pair)
		if !ok {
			return nil, "not a position: " + pair
		}
		ring = append(ring, q)
	}
	if len(ring) > 0 && ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	if len(ring) < 4 {
		return nil, "fewer than four positions"
	}
	return orb.Polygon{ring}, ""
}

// position turns CAP's "latitude,longitude" round.
func position(pair string) (orb.Point, bool) {
	first, second, ok := strings.Cut(pair, ",")
	if !ok {
		return orb.Point{}, false
	}
	lat, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return orb.Point{}, false
	}
	lon, err := strconv.ParseFloat(second, 64)
	if err != nil || !geo.ValidPoint(lon, lat) {
		return orb.Point{}, false
	}
	return geo.Point(lon, lat), true
}

// circle reads "lat,lon radius" with the radius in kilometres.
func circle(text string) (Circle, string) {
	parts := strings.Fields(text)
	if len(parts) != 2 {
		return Circle{}, "not a circle: " + text
	}
	centre, ok := position(parts[0])
	if !ok {
		return Circle{}, "not a position: " + parts[0]
	}
	km, err := strconv.ParseFloat(parts[1], 64)
	if err != nil || !(km >= 0 && km <= 20_000) {
		return Circle{}, "not a radius in kilometres: " + parts[1]
	}
	return Circle{Centre: centre, Metres: km * 1000}, ""
}

var (
	breaks = regexp.MustCompile(`(?i)<\s*(br|/p|/li|/div|/h[1-6]|/tr)\s*/?\s*>`)
	points = regexp.MustCompile(`(?i)<\s*li(\s[^<>]*)?>`)
	tags   = regexp.MustCompile(`</?[a-zA-Z!][^<>]*>`)
	spaces = regexp.MustCompile(`[ \t\x{00a0}]+`)
	blanks = regexp.MustCompile(`\n{3,}`)
	dashes = regexp.MustCompile(`\n+– `)
)

// plain makes text of what senders put into text fields: MoWaS and NINA write
// HTML there. Tags go, line breaks stay, "< 5 cm" is not a tag.
func plain(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	text = breaks.ReplaceAllString(text, "\n")
	text = points.ReplaceAllString(text, "\n– ")
	text = tags.ReplaceAllString(text, "")
	text = html.UnescapeString(text)
	// Unescaping may have made tags of "&lt;br/&gt;", which MoWaS writes too.
	text = tags.ReplaceAllString(breaks.ReplaceAllString(text, "\n"), "")
	lines := strings.Split(spaces.ReplaceAllString(text, " "), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	text = dashes.ReplaceAllString(strings.Join(lines, "\n"), "\n– ")
	return strings.TrimSpace(blanks.ReplaceAllString(text, "\n\n"))
}

// line is plain on one line.
func line(text string) string { return strings.Join(strings.Fields(plain(text)), " ") }

// webAddress lets only addresses through that may become a link.
func webAddress(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "www.") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}
