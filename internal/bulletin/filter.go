package bulletin

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/region"
)

// Horizon is how far a reader looks.
type Horizon string

// The horizons. Each shows what concerns its place: a village also shows what
// its municipality and the region tell everybody.
const (
	HorizonRegion       Horizon = "region"
	HorizonMunicipality Horizon = "gemeinde"
	HorizonVillage      Horizon = "ort"
)

// Filter is the same everywhere: page, feed, calendar, map, API. Its zero
// value lets everything through.
type Filter struct {
	Kinds        []string
	Publisher    string // organisation id or slug
	Municipality string // id
	Village      string // id
	Topic        string
	Query        string // words to search for
	From, To     time.Time
	Box          *orb.Bound
	UpdatedSince time.Time
	FeedOnly     bool // only what is announced
	// IncludeWithdrawn also returns what was withdrawn, for outlets that must
	// tell copies elsewhere.
	IncludeWithdrawn bool
}

// announced keeps what is news to people, unless somebody asks for more: what
// is only there to be found (a page of the directory, the collections of waste
// of every district) would bury the rest of a list or calendar.
func (f Filter) announced() Filter {
	f.FeedOnly = f.FeedOnly || len(f.Kinds) == 0 && f.Query == "" && f.Box == nil
	return f
}

// The names of the filters in addresses.
const (
	paramKind      = "art"
	paramPublisher = "von"
	paramPlace     = "ort"
	paramTopic     = "thema"
	paramQuery     = "q"
	paramFrom      = "ab"
	paramTo        = "bis"
	paramBox       = "bbox"
	paramSince     = "geaendert_seit"
)

// englishParams are the same filters under the names an integrator expects.
var englishParams = map[string]string{
	paramKind: "kind", paramPublisher: "publisher", paramPlace: "place", paramTopic: "topic",
	paramFrom: "from", paramTo: "to", paramSince: "updated_since",
}

// ParseFilter reads a filter from an address. A place is a slug of a
// municipality or village; an unknown one is a fault, not an empty list.
func ParseFilter(q url.Values, places *region.Directory) (Filter, error) {
	get := func(name string) string {
		if v := q.Get(name); v != "" {
			return v
		}
		return q.Get(englishParams[name])
	}
	f := Filter{Topic: get(paramTopic), Publisher: get(paramPublisher), Query: readable(get(paramQuery))}
	for _, kinds := range append(q[paramKind], q[englishParams[paramKind]]...) {
		for kind := range strings.SplitSeq(kinds, ",") {
			if kind != "" {
				f.Kinds = append(f.Kinds, kind)
			}
		}
	}
	var faults fault.List
	faults.Add(f.parsePlace(get(paramPlace), places))
	f.From = parseDay(get(paramFrom), paramFrom, places, &faults)
	f.To = parseDay(get(paramTo), paramTo, places, &faults)
	if len(get(paramTo)) == len(time.DateOnly) && !f.To.IsZero() {
		// "bis 6. Dezember" includes the day.
		f.To = f.To.In(places.Location()).AddDate(0, 0, 1).UTC()
	}
	f.UpdatedSince = parseDay(get(paramSince), paramSince, places, &faults)
	faults.Add(f.parseBox(q.Get(paramBox)))
	return f, faults.Err()
}

// readable is text from an address in one line: bytes that are no UTF-8 and
// control characters have no place in a page and none in a search.
func readable(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}

func (f *Filter) parsePlace(slug string, places *region.Directory) *fault.Fault {
	if slug == "" || slug == string(HorizonRegion) {
		return nil
	}
	if v, ok := places.VillageBySlug(slug); ok {
		f.Municipality, f.Village = v.MunicipalityID, v.ID
	}
	// A village that bears its municipality's name is reached as ort=name,
	// the municipality as ort=gemeinde-name.
	if m, ok := places.MunicipalityBySlug(strings.TrimPrefix(slug, "gemeinde-")); ok && (f.Village == "" || strings.HasPrefix(slug, "gemeinde-")) {
		f.Municipality, f.Village = m.ID, ""
	}
	if f.Municipality == "" {
		return fault.Invalid(paramPlace, "bulletin.place_unknown", "place", slug)
	}
	return nil
}

// The time an address can speak of; beyond it dates no longer have four digits
// in every zone.
var (
	earliest = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC)
)

func parseDay(text, field string, places *region.Directory, faults *fault.List) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, places.Location()); err == nil && t.After(earliest) && t.Before(latest) {
			return t.UTC()
		}
	}
	faults.Add(fault.Invalid(field, "bulletin.date_wrong", "text", text))
	return time.Time{}
}

func (f *Filter) parseBox(text string) *fault.Fault {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	var n [4]float64
	wrong := len(parts) != 4
	for i := 0; i < len(parts) && !wrong; i++ {
		var err error
		n[i], err = strconv.ParseFloat(parts[i], 64)
		wrong = err != nil
	}
	if wrong || !geo.ValidPoint(n[0], n[1]) || !geo.ValidPoint(n[2], n[3]) || n[0] > n[2] || n[1] > n[3] {
		return fault.Invalid(paramBox, "bulletin.box_wrong")
	}
	f.Box = &orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}
	return nil
}

// Values writes the filter back as address parameters.
func (f Filter) Values(places *region.Directory) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set(paramKind, strings.Join(f.Kinds, ","))
	set(paramPublisher, f.Publisher)
	set(paramPlace, f.PlaceSlug(places))
	set(paramTopic, f.Topic)
	set(paramQuery, f.Query)
	set(paramFrom, dayText(f.From, f.From, places))
	set(paramTo, dayText(f.To, f.To.Add(-time.Microsecond), places))
	set(paramSince, dayText(f.UpdatedSince, f.UpdatedSince, places))
	if f.Box != nil {
		set(paramBox, fmt.Sprintf("%g,%g,%g,%g", f.Box.Min[0], f.Box.Min[1], f.Box.Max[0], f.Box.Max[1]))
	}
	return q
}

// dayText writes a moment that is a midnight of the region as the day named,
// any other exactly.
func dayText(t, named time.Time, places *region.Directory) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(places.Location())
	if y, m, d := local.Date(); local.Equal(time.Date(y, m, d, 0, 0, 0, 0, places.Location())) {
		return named.In(places.Location()).Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// PlaceSlug is the place of the filter as it stands in addresses.
func (f Filter) PlaceSlug(places *region.Directory) string {
	if v, ok := places.Village(f.Village); ok {
		return v.Slug
	}
	m, ok := places.Municipality(f.Municipality)
	if !ok {
		return ""
	}
	if _, clash := places.VillageBySlug(m.Slug); clash {
		return "gemeinde-" + m.Slug
	}
	return m.Slug
}

// cursor is where a list goes on.
type cursor struct {
	at int64
	id string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.at, 36) + "." + c.id))
}

func parseCursor(text string) (cursor, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	wrong := fault.Invalid("weiter", "bulletin.cursor_wrong")
	if err != nil {
		return cursor{}, wrong
	}
	at, id, ok := strings.Cut(string(raw), ".")
	n, err := strconv.ParseInt(at, 36, 64)
	if !ok || err != nil {
		return cursor{}, wrong
	}
	return cursor{at: n, id: id}, nil
}
