package cap

import (
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/geo"
)

// Place is a municipality as warnings see it.
type Place struct {
	AGS      string       // 8 digits, may be empty
	ARS      string       // 12 digits, may be empty
	Boundary orb.Geometry // may be nil
}

// circleCorners makes the polygon of a circle at most 0.9 % too large.
const circleCorners = 24

// Touches reports whether an area holds anywhere in the place: by a key of the
// municipality, its district or Land, or by a polygon or circle that meets the
// boundary. The centre of the place plays no part.
func Touches(a Area, p Place) bool {
	return namedBy(a.Geocodes, p) || a.meets(p.Boundary)
}

func (a Area) meets(boundary orb.Geometry) bool {
	for _, polygon := range a.Polygons {
		if geo.Intersects(boundary, polygon) {
			return true
		}
	}
	for _, c := range a.Circles {
		// The polygon of a circle of no radius would have no corners apart.
		if geo.Contains(boundary, c.Centre) || c.Metres > 0 && geo.Intersects(boundary, geo.Circle(c.Centre, c.Metres, circleCorners)) {
			return true
		}
	}
	return false
}

// Touches reports whether any info of the message holds in the place.
func (a Alert) Touches(p Place) bool {
	for _, i := range a.Infos {
		if i.Touches(p) {
			return true
		}
	}
	return false
}

// Touches reports whether the info holds anywhere in the place.
//
// Two profiles say more than CAP does and are believed: where the DWD names
// municipalities by WARNCELLID, its polygon is only their outline and would
// also touch every neighbour along the shared border; where MoWaS names the
// administrative areas it warns (warnVerwaltungsbereiche), a polygon counts
// only within them.
func (i Info) Touches(p Place) bool {
	if i.namesMunicipalities() {
		for _, a := range i.Areas {
			if namedBy(a.Geocodes, p) {
				return true
			}
		}
		return false
	}
	if list := i.Parameter("warnVerwaltungsbereiche"); list != "" {
		if !anyCovers(strings.FieldsFunc(list, separates), p) {
			return false
		}
		if !i.hasShapes() {
			return true
		}
	}
	for _, a := range i.Areas {
		if Touches(a, p) {
			return true
		}
	}
	return false
}

func separates(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' }

func (i Info) namesMunicipalities() bool {
	for _, a := range i.Areas {
		for _, g := range a.Geocodes {
			if strings.EqualFold(g.Name, "WARNCELLID") && len(g.Value) == 9 && g.Value[0] == '8' {
				return true
			}
		}
	}
	return false
}

func (i Info) hasShapes() bool {
	for _, a := range i.Areas {
		if len(a.Polygons)+len(a.Circles) > 0 {
			return true
		}
	}
	return false
}

func namedBy(codes []Pair, p Place) bool {
	for _, c := range codes {
		if prefix, ok := keyPrefix(c.Name, c.Value); ok && p.within(prefix) {
			return true
		}
	}
	return false
}

func anyCovers(keys []string, p Place) bool {
	for _, key := range keys {
		if prefix, ok := keyPrefix("ARS", key); ok && p.within(prefix) {
			return true
		}
	}
	return false
}

// within compares with the key of the same kind; up to the district (five
// digits) both kinds begin alike.
func (p Place) within(prefix string) bool {
	return p.AGS != "" && len(prefix) != 9 && len(prefix) != 12 && strings.HasPrefix(p.AGS, prefix) ||
		p.ARS != "" && len(prefix) != 8 && strings.HasPrefix(p.ARS, prefix)
}

// keyPrefix gives what the key of a place must begin with to lie in the area
// that a geocode names. ok is false for codes that name no administrative area
// (lakes, coasts, NINA's AreaId).
//
//	WARNCELLID 809181121  municipality 09181121   109181000  district 09181
//	AGS        09181121   municipality            09181000   district 09181
//	ARS, SHN   091815138121, 091815138000 (association), 091810000000 (district)
//	000000000000  all of Germany
func keyPrefix(name, value string) (prefix string, ok bool) {
	value = strings.TrimSpace(value)
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return "", false
	}
	switch strings.ToUpper(strings.TrimSpace(name)) {
	case "WARNCELLID":
		if len(value) != 9 {
			return "", false
		}
		switch value[0] {
		case '8':
			return value[1:], true
		case '1', '9': // district, part of a district
			return strip(value[1:6]), true
		}
		return "", false
	case "AGS", "ARS", "RS", "SHN", "GEMEINDESCHLÜSSEL", "REGIONALSCHLÜSSEL":
		switch len(value) {
		case 12:
			if value[9:] != "000" {
				return value, true
			}
			if value[5:9] != "0000" {
				return value[:9], true
			}
			return strip(value[:5]), true
		case 8:
			if value[5:] != "000" {
				return value, true
			}
			return strip(value[:5]), true
		case 2, 3, 5:
			return strip(value), true
		}
	}
	return "", false
}

// strip shortens a key of five digits or fewer to the level it names: Land (2),
// Regierungsbezirk (3) or Kreis (5); all zeros are the whole country.
func strip(key string) string {
	if len(key) == 5 && key[3:] == "00" {
		key = key[:3]
	}
	if len(key) == 3 && key[2] == '0' {
		key = key[:2]
	}
	if key == "00" {
		return ""
	}
	return key
}
