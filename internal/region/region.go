// Package region knows where we are: the region, its municipalities and
// villages with their boundaries, streets, holidays, colours and arms, and the
// host names under which each municipality shows its own face over the same data.
//
// There is one region per database. A municipality is a political body; the
// office that serves it is an organisation and lives in people.
package region

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/paulmach/orb"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
)

// Region is the whole place one database serves.
type Region struct {
	ID       string
	Name     string
	Slug     string
	Timezone string // IANA name; empty means Europe/Berlin
	Land     string // ISO 3166-2, "DE-BY": decides the holidays
}

// Municipality is a Gemeinde.
type Municipality struct {
	ID         string
	Slug       string
	Name       string
	AGS        string // Amtlicher Gemeindeschlüssel, 8 digits
	ARS        string // Amtlicher Regionalschlüssel, 12 digits
	Population int
	Centre     orb.Point
	Boundary   orb.Geometry // polygon or multipolygon; nil if unknown
	Hosts      []string     // host names without port, lower case
	Look       Look
	Texts      Texts
	// AssumptionDay tells whether 15 August is a holiday here: in Bavaria it is
	// where more Catholics than Protestants live (Art. 1 Abs. 1 Nr. 2 FTG), as
	// the state office for statistics declares per municipality.
	AssumptionDay bool
}

// Village is an Ortsteil. Its slug is unique in the region, because addresses
// like /ort/leeder name no municipality.
type Village struct {
	ID             string
	MunicipalityID string
	Slug           string
	Name           string
	Centre         orb.Point
	Boundary       orb.Geometry // nil where nobody drew one
	Population     int          // 0 if unknown
}

// Street belongs to a municipality and, where known, to a village: the same
// name may exist in several villages of one municipality.
type Street struct {
	ID             string
	MunicipalityID string
	VillageID      string // empty: the whole municipality
	Name           string
	Norm           string // NormStreet(Name), kept by the store
	Centre         orb.Point
}

// Texts are a municipality's own words. A key may carry a language
// ("welcome.en"); without one it is German.
type Texts map[string]string

// The texts a municipality can write; plain text with blank lines between
// paragraphs.
const (
	TextWelcome = "welcome" // greeting on the home page
	TextContact = "contact" // address, telephone, e-mail, opening hours
	TextImprint = "imprint" // § 5 DDG
	TextPrivacy = "privacy" // Art. 13 GDPR
)

// TextKeys are all keys in the order in which they are edited.
var TextKeys = []string{TextWelcome, TextContact, TextImprint, TextPrivacy}

// maxText is the longest text in bytes; a privacy notice needs about 20,000.
const maxText = 60_000

// In gives the text in a language, falling back to German.
func (t Texts) In(key, language string) string {
	if s := t[key+"."+language]; s != "" {
		return s
	}
	return t[key]
}

// Check tells which texts cannot be kept.
func (t Texts) Check() error {
	var faults fault.List
	for key, text := range t {
		base, _, _ := strings.Cut(key, ".")
		if !known(base) {
			faults.Add(fault.Invalid(key, "region.text_unknown"))
		} else if len(text) > maxText {
			faults.Add(fault.Invalid(key, "region.text_long", "max", maxText))
		}
	}
	return faults.Err()
}

func known(key string) bool {
	for _, k := range TextKeys {
		if k == key {
			return true
		}
	}
	return false
}

var (
	slugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	hosts = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	ags   = regexp.MustCompile(`^\d{8}$`)
	ars   = regexp.MustCompile(`^\d{12}$`)
	land  = regexp.MustCompile(`^DE-[A-Z]{2}$`)
)

// Check tells what is wrong with a region.
func (r Region) Check() error {
	var faults fault.List
	if strings.TrimSpace(r.Name) == "" {
		faults.Add(fault.Invalid("name", "region.name_missing"))
	}
	if !slugs.MatchString(r.Slug) {
		faults.Add(fault.Invalid("slug", "region.slug", "slug", r.Slug))
	}
	if !land.MatchString(r.Land) {
		faults.Add(fault.Invalid("land", "region.land", "land", r.Land))
	}
	return faults.Err()
}

// Check tells what is wrong with a municipality.
func (m Municipality) Check() error {
	var faults fault.List
	if strings.TrimSpace(m.Name) == "" {
		faults.Add(fault.Invalid("name", "region.name_missing"))
	}
	if !slugs.MatchString(m.Slug) {
		faults.Add(fault.Invalid("slug", "region.slug", "slug", m.Slug))
	}
	if m.AGS != "" && !ags.MatchString(m.AGS) {
		faults.Add(fault.Invalid("ags", "region.ags", "ags", m.AGS))
	}
	if m.ARS != "" && (!ars.MatchString(m.ARS) || m.AGS != "" && AGSOf(m.ARS) != m.AGS) {
		faults.Add(fault.Invalid("ars", "region.ars", "ars", m.ARS))
	}
	if !geo.ValidPoint(m.Centre[0], m.Centre[1]) {
		faults.Add(fault.Invalid("centre", "geo.range"))
	}
	for _, h := range m.Hosts {
		if h != Host(h) || !hosts.MatchString(h) || len(h) > 253 {
			faults.Add(fault.Invalid("hosts", "region.host", "host", h))
		}
	}
	err := faults.Err()
	for _, more := range []error{m.Look.Check(), m.Texts.Check()} {
		for _, f := range fault.All(more) {
			faults.Add(f)
			err = faults.Err()
		}
	}
	return err
}

// Check tells what is wrong with a village.
func (v Village) Check() error {
	var faults fault.List
	if strings.TrimSpace(v.Name) == "" {
		faults.Add(fault.Invalid("name", "region.name_missing"))
	}
	if !slugs.MatchString(v.Slug) {
		faults.Add(fault.Invalid("slug", "region.slug", "slug", v.Slug))
	}
	if !geo.ValidPoint(v.Centre[0], v.Centre[1]) {
		faults.Add(fault.Invalid("centre", "geo.range"))
	}
	return faults.Err()
}

// AGSOf takes the 8-digit AGS out of a 12-digit ARS by leaving out the four
// digits of the association (Land 2, Bezirk 1, Kreis 2, Verband 4, Gemeinde 3).
// It is empty for anything else.
func AGSOf(key string) string {
	if !ars.MatchString(key) {
		return ""
	}
	return key[:5] + key[9:]
}

// Host brings the Host header of a request into the form in which hosts are
// kept: lower case, no port, no final dot.
func Host(header string) string {
	h := strings.ToLower(strings.TrimSpace(header))
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") {
		h = h[:i]
	}
	return strings.TrimSuffix(h, ".")
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "á", "a", "à", "a", "ç", "c")

// Slug makes an address part from a name: "Unterdießen" becomes "unterdiessen".
func Slug(name string) string {
	var b strings.Builder
	for _, r := range umlauts.Replace(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// NormStreet is the form in which street names are compared: "Lechtal-Str. ",
// "Lechtalstraße" and "lechtalstrasse" are the same street.
func NormStreet(name string) string {
	var b strings.Builder
	for _, r := range umlauts.Replace(strings.ToLower(name)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	s := b.String()
	switch {
	case strings.HasSuffix(s, "strasse"):
		s = strings.TrimSuffix(s, "asse")
	case strings.HasSuffix(s, "str"):
	case strings.HasPrefix(s, "strasse"):
		s = "str" + strings.TrimPrefix(s, "strasse")
	}
	return s
}
