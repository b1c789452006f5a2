package waste

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/richtext"
	"dorflinde/internal/region"
)

// Area is where a district holds. Without a street it is the whole village,
// without numbers the whole street.
type Area struct {
	District string // id
	Village  string // id; empty for a street that belongs to no village
	Street   string // id; empty for the whole village
	From, To int    // house numbers; To 0 is open
	Parity   string // even, odd or empty for both sides
}

// The sides of a street.
const (
	Even = "even"
	Odd  = "odd"
)

func (a Area) numbered() bool { return a.From > 0 || a.To > 0 || a.Parity != "" }

// holds reports whether a house number lies in the area.
func (a Area) holds(number int) bool {
	return number >= a.From && (a.To == 0 || number <= a.To) &&
		(a.Parity == "" || (a.Parity == Even) == (number%2 == 0))
}

// Spot is what somebody asks for: a street with or without a house number, or a
// whole village.
type Spot struct {
	Village *region.Village
	Street  *region.Street // nil for the whole village
	Number  int            // 0 if not told
}

// Name is what people call the spot: "Hauptstraße 12, Leeder".
func (s Spot) Name() string {
	if s.Street == nil {
		return s.Village.Name
	}
	name := s.Street.Name
	if s.Number > 0 {
		name += " " + strconv.Itoa(s.Number)
	}
	if s.Village != nil {
		name += ", " + s.Village.Name
	}
	return name
}

// Slug is its part of an address: "leeder-hauptstrasse".
func (s Spot) Slug() string {
	if s.Street == nil {
		return s.Village.Slug
	}
	return streetSlug(s.Street, s.Village)
}

func streetSlug(street *region.Street, village *region.Village) string {
	if village == nil { // belongs to the whole municipality
		return region.Slug(street.Name)
	}
	return village.Slug + "-" + region.Slug(street.Name)
}

// FindSpot finds a street or village by the part of the address that Slug
// gives, or by its id.
func FindSpot(places *region.Directory, slug string) (Spot, bool) {
	if v, ok := places.VillageBySlug(slug); ok {
		return Spot{Village: v}, true
	}
	if v, ok := places.Village(slug); ok {
		return Spot{Village: v}, true
	}
	if street, ok := places.Street(slug); ok {
		return spotOf(places, street), true
	}
	for _, v := range places.Villages("") {
		rest, here := strings.CutPrefix(slug, v.Slug+"-")
		for _, street := range places.Streets(v.ID) {
			if here && region.Slug(street.Name) == rest {
				return Spot{Village: v, Street: street}, true
			}
		}
	}
	for _, street := range places.Streets("") {
		if street.VillageID == "" && region.Slug(street.Name) == slug {
			return Spot{Street: street}, true
		}
	}
	return Spot{}, false
}

func spotOf(places *region.Directory, street *region.Street) Spot {
	v, ok := places.Village(street.VillageID)
	if !ok {
		v = nil
	}
	return Spot{Village: v, Street: street}
}

// match is a district that holds at a spot and how closely it was named there.
type match struct {
	district string
	level    int // 1 village, 2 street, 3 house numbers
}

// matches finds the districts of a spot, closest first. parts are the areas by
// house number among which the number must decide, when it is not told.
func matches(areas []Area, spot Spot) (found []match, parts []Area) {
	for _, a := range areas {
		level := 0
		switch {
		case a.Street == "" && spot.Village != nil && a.Village == spot.Village.ID:
			level = 1
		case spot.Street == nil || a.Street != spot.Street.ID:
		case !a.numbered():
			level = 2
		case spot.Number == 0:
			parts = append(parts, a)
		case a.holds(spot.Number):
			level = 3
		}
		if level > 0 {
			found = append(found, match{a.District, level})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(b.level, a.level) })
	return found, parts
}

// pick keeps of each fraction what the closest districts that have it say, so
// that a street with its own paper round keeps its village's other bins.
func pick(found []match, dates []Collection) []Collection {
	level := map[string]int{}
	for _, m := range found {
		level[m.district] = max(level[m.district], m.level)
	}
	closest := map[Fraction]int{}
	for _, c := range dates {
		closest[c.Fraction] = max(closest[c.Fraction], level[c.District])
	}
	var out []Collection
	seen := map[Collection]bool{}
	for _, c := range dates {
		same := Collection{Fraction: c.Fraction, Label: c.Label, Day: c.Day}
		if level[c.District] > 0 && level[c.District] == closest[c.Fraction] && !seen[same] {
			seen[same] = true
			out = append(out, c)
		}
	}
	sort(out)
	return out
}

// streetLine is "Hauptstraße 1–20 gerade"; the numbers and the side may be missing.
var streetLine = regexp.MustCompile(`^(.*?)(?:\s+(?:(\d{1,4})\s*[-–]\s*(\d{1,4})|ab\s+(\d{1,4})|bis\s+(\d{1,4})|(\d{1,4})))?(?:\s+(gerade|ungerade))?$`)

// maxAreas bounds the areas of one district.
const maxAreas = 2000

// ParseAreas reads what an editor wrote, one area a line: "Leeder",
// "Leeder: Hauptstraße", "Leeder: Hauptstraße 1–20 gerade", "Asch: Dorfstraße ab 21".
// A fault names the line.
func ParseAreas(text string, places *region.Directory, municipality string) ([]Area, error) {
	var out []Area
	seen := map[Area]bool{}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			continue
		}
		a, key := parseArea(line, places, municipality)
		if key != "" {
			return nil, fault.Invalid("areas", key, "line", i+1, "text", richtext.Head(line, maxLabel))
		}
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
		if len(out) > maxAreas {
			return nil, fault.Invalid("areas", "waste.areas_many", "max", maxAreas)
		}
	}
	return out, nil
}

// parseArea gives the key of the fault, empty for none.
func parseArea(line string, places *region.Directory, municipality string) (Area, string) {
	where, rest, hasStreet := strings.Cut(line, ":")
	village, ok := villageIn(places, municipality, where)
	if !ok {
		return Area{}, "waste.area_village"
	}
	if !hasStreet {
		return Area{Village: village.ID}, ""
	}
	parts := streetLine.FindStringSubmatch(strings.TrimSpace(rest))
	if parts == nil {
		return Area{}, "waste.area_street"
	}
	street, ok := places.StreetByName(village.ID, parts[1])
	if !ok {
		return Area{}, "waste.area_street"
	}
	a := Area{Village: village.ID, Street: street.ID, Parity: map[string]string{"gerade": Even, "ungerade": Odd}[parts[7]]}
	switch {
	case parts[2] != "":
		if a.From, a.To = number(parts[2]), number(parts[3]); a.To > 0 {
			a.From = max(a.From, 1)
		}
	case parts[4] != "":
		a.From = number(parts[4])
	case parts[5] != "":
		a.From, a.To = 1, number(parts[5])
	case parts[6] != "":
		a.From, a.To = number(parts[6]), number(parts[6])
	}
	if a.To > 0 && a.To < a.From {
		return Area{}, "waste.area_numbers"
	}
	return a, ""
}

func villageIn(places *region.Directory, municipality, name string) (*region.Village, bool) {
	v, ok := places.VillageByName(strings.TrimSpace(name))
	return v, ok && v.MunicipalityID == municipality
}

// number reads a house number; "12a" is 12, anything else 0.
func number(text string) int {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		text = text[:end]
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > 9999 {
		return 0
	}
	return n
}

// FormatAreas writes areas the way ParseAreas reads them. What is no longer in
// the directory is left out.
func FormatAreas(areas []Area, places *region.Directory) string {
	var lines []string
	for _, a := range areas {
		if line := a.text(places); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (a Area) text(places *region.Directory) string {
	v, ok := places.Village(a.Village)
	if !ok {
		return ""
	}
	if a.Street == "" {
		return v.Name
	}
	street, ok := places.Street(a.Street)
	if !ok {
		return ""
	}
	return v.Name + ": " + street.Name + a.numbers()
}

// numbers is " 1–20 gerade", in the form that ParseAreas reads.
func (a Area) numbers() string {
	out := ""
	switch {
	case a.From > 0 && a.From == a.To:
		out = " " + strconv.Itoa(a.From)
	case a.To > 0:
		out = " " + strconv.Itoa(max(a.From, 1)) + "–" + strconv.Itoa(a.To)
	case a.From > 0:
		out = " ab " + strconv.Itoa(a.From)
	}
	switch a.Parity {
	case Even:
		out += " gerade"
	case Odd:
		out += " ungerade"
	}
	return out
}
