package feed

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the binary must know Berlin on a machine without zone files
)

// berlin is the zone of a date that names none.
var berlin = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.FixedZone("CET", 3600)
	}
	return loc
})

// zones are the names that occur in German feeds; Go knows only UTC for sure.
var zones = strings.NewReplacer(
	"MESZ", "+0200", "CEST", "+0200", "MEZ", "+0100", "CET", "+0100", "UTC", "+0000", "GMT", "+0000", "UT", "+0000",
	"EST", "-0500", "EDT", "-0400", "PST", "-0800", "PDT", "-0700",
)

// germanNames turns names of days and months into the English that RFC 822 wants.
var germanNames = map[string]string{
	"januar": "Jan", "jän": "Jan", "februar": "Feb", "märz": "Mar", "mär": "Mar", "mrz": "Mar", "april": "Apr", "mai": "May",
	"juni": "Jun", "juli": "Jul", "august": "Aug", "september": "Sep", "sept": "Sep", "oktober": "Oct", "okt": "Oct",
	"november": "Nov", "dezember": "Dec", "dez": "Dec",
	"january": "Jan", "february": "Feb", "march": "Mar", "june": "Jun", "july": "Jul", "october": "Oct", "december": "Dec",
}

var (
	rfc822RE = regexp.MustCompile(`^(?:\pL+\.?,?\s+)?(\d{1,2})\.?[\s-](\pL+)\.?[\s-](\d{4}|\d{2})(?:,?\s+(\d{1,2}:\d{2}(?::\d{2})?))?(?:\s+([+-]\d{4}))?(?:\s+\(.*\))?$`)
	isoRE    = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:[Tt\s]+(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2}|[+-]\d{2})?$`)
)

// ParseDate reads a date as feeds write it: RFC 822 and its mistakes (German
// names, one digit, no zone, a zone by name), ISO 8601 in all lengths, German
// dates, and seconds since 1970. Without a zone it is Berlin time.
func ParseDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > 100 {
		return time.Time{}, false
	}
	zoned := zones.Replace(s)
	if m := isoRE.FindStringSubmatch(zoned); m != nil {
		return assemble("2006-01-02", m[1], m[2], strings.ReplaceAll(m[3], ":", ""))
	}
	if m := rfc822RE.FindStringSubmatch(zoned); m != nil {
		month := m[2]
		if en, ok := germanNames[strings.ToLower(month)]; ok {
			month = en
		}
		layout := "2 Jan 2006"
		if len(m[3]) == 2 {
			layout = "2 Jan 06"
		}
		return assemble(layout, m[1]+" "+month+" "+m[3], m[4], m[5])
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 100_000_000 && n < 10_000_000_000 {
		return time.Unix(n, 0).In(berlin()), true
	}
	return germanDate(s)
}

// assemble puts date, clock and offset together.
func assemble(layout, date, clock, offset string) (time.Time, bool) {
	value := date
	if clock != "" {
		layout, value = layout+" 15:04", value+" "+clock
		if strings.Count(clock, ":") == 2 {
			layout += ":05"
		}
	}
	switch {
	case offset == "Z" || offset == "z":
		offset = "+0000"
	case len(offset) == 3:
		offset += "00"
	}
	if offset != "" {
		layout, value = layout+" -0700", value+" "+offset
	}
	t, err := time.ParseInLocation(layout, value, berlin())
	if err != nil || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}
