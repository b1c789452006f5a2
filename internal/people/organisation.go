package people

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/region"
)

// Kind is what sort of body an organisation is.
type Kind string

// The kinds. A municipality is the political body, an administration the
// office that serves one or several of them (Art. 4 BayVGemO).
const (
	Municipality   Kind = "municipality"
	Administration Kind = "administration"
	Club           Kind = "club"
	Parish         Kind = "parish"
	School         Kind = "school"
	FireBrigade    Kind = "fire_brigade"
	Business       Kind = "business"
	Association    Kind = "association"
)

// Kinds lists all kinds in the order in which they are offered.
var Kinds = []Kind{Municipality, Administration, Club, Association, Parish, School, FireBrigade, Business}

// Organisation publishes, and people act in its name.
type Organisation struct {
	ID   string
	Kind Kind
	Name string
	Slug string // unique in the region, part of its address
	// MunicipalityIDs: the municipality it belongs to; for an administration
	// all that it serves. The first is its home.
	MunicipalityIDs []string
	VillageID       string // empty where it belongs to the whole municipality
	Arms            string // address of an SVG under /, or a media id; may be empty
	Mail            string
	Phone           string
	Web             string // http or https
	Address         string
	Description     string
	Legal           string // legal notice (§ 5 DDG), plain text
	Verified        bool   // the operator has checked that it is who it says
	Blocked         bool   // nothing happens in its name, its pages are gone
	Since           time.Time
}

// Home is the municipality it belongs to first, empty for none.
func (o *Organisation) Home() string {
	if len(o.MunicipalityIDs) == 0 {
		return ""
	}
	return o.MunicipalityIDs[0]
}

// Serves reports whether it belongs to, or serves, a municipality.
func (o *Organisation) Serves(municipalityID string) bool {
	return slices.Contains(o.MunicipalityIDs, municipalityID)
}

// Official reports whether it speaks for the municipality. Pages mark the
// difference, because the municipality must not look like a newspaper
// (BGH I ZR 112/17, Staatsferne der Presse).
func (o *Organisation) Official() bool { return o.Kind == Municipality || o.Kind == Administration }

var orgSlugs = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Longest texts in characters (runes).
const (
	maxName        = 120
	maxLine        = 200
	maxDescription = 5_000
	maxLegal       = 20_000
)

// Check normalises the organisation and tells what is wrong with it.
func (o *Organisation) Check() error {
	for _, s := range []*string{&o.Name, &o.Slug, &o.VillageID, &o.Arms, &o.Mail, &o.Phone, &o.Web, &o.Address} {
		*s = line(*s)
	}
	o.Description, o.Legal = block(o.Description), block(o.Legal)
	if o.Slug == "" {
		o.Slug = region.Slug(o.Name)
	}
	var faults fault.List
	if !slices.Contains(Kinds, o.Kind) {
		faults.Add(fault.Invalid("kind", "people.org_kind"))
	}
	if o.Name == "" {
		faults.Add(fault.Invalid("name", "people.name_missing"))
	}
	if o.Name != "" && (len(o.Slug) > 80 || !orgSlugs.MatchString(o.Slug) || id.Valid(o.Slug)) {
		faults.Add(fault.Invalid("slug", "people.org_slug"))
	}
	for _, l := range []struct {
		field, value string
		max          int
	}{
		{"name", o.Name, maxName}, {"phone", o.Phone, maxLine}, {"web", o.Web, maxLine}, {"arms", o.Arms, maxLine},
		{"address", o.Address, maxLine * 2}, {"description", o.Description, maxDescription}, {"legal", o.Legal, maxLegal},
	} {
		faults.Add(tooLong(l.field, l.value, l.max))
	}
	if o.Mail != "" {
		address, err := mail.Address(o.Mail)
		if err != nil {
			faults.Add(fault.Invalid("mail", "people.email"))
		}
		o.Mail = address
	}
	faults.Add(o.checkWeb())
	if o.Official() && len(o.MunicipalityIDs) == 0 {
		faults.Add(fault.Invalid("municipality", "people.org_municipality"))
	}
	if o.Kind == Municipality && len(o.MunicipalityIDs) > 1 {
		faults.Add(fault.Invalid("municipality", "people.org_one_municipality"))
	}
	return faults.Err()
}

// checkWeb adds https:// where people leave it out, and refuses what is not an
// address of the web: a javascript: link would run in every reader's browser.
func (o *Organisation) checkWeb() *fault.Fault {
	if o.Web == "" {
		return nil
	}
	if !strings.Contains(o.Web, "://") {
		o.Web = "https://" + o.Web
	}
	u, err := url.Parse(o.Web)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || !strings.Contains(u.Host, ".") || u.User != nil {
		return fault.Invalid("web", "people.web")
	}
	return nil
}

func tooLong(field, value string, limit int) *fault.Fault {
	if len([]rune(value)) > limit {
		return fault.Invalid(field, "people.too_long", "max", limit)
	}
	return nil
}
