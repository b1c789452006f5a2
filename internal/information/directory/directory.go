// Package directory is the Verzeichnis: clubs, businesses, offices, doctors and
// facilities with their opening hours, contacts and the stops of mobile shops.
// Every organisation has its page here.
package directory

import (
	"embed"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/capability"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/jobs"
	"dorflinde/internal/platform/mail"
	"dorflinde/internal/platform/privacy"
	"dorflinde/internal/region"
)

// Messages are this capability's texts.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// Kind is the kind of its entries.
const Kind = "directory"

// Category is what sort of thing an entry describes. Its ID is also a topic of
// the bulletin entry, so that other pages can ask for doctors or offices.
type Category struct {
	ID     string // as in addresses: "arzt"
	Icon   string
	Schema string // type of schema.org
}

// Delivery is the topic of entries with stops in villages.
const Delivery = "lieferung"

// Categories in the order in which they are offered.
var Categories = []Category{
	{"amt", "house", "GovernmentOffice"},
	{"verein", "people", "Organization"},
	{"arzt", "heart", "MedicalBusiness"},
	{"apotheke", "plus", "Pharmacy"},
	{"laden", "tag", "Store"},
	{"gasthaus", "sun", "FoodEstablishment"},
	{"betrieb", "settings", "LocalBusiness"},
	{"bildung", "edit", "EducationalOrganization"},
	{"kirche", "bell", "PlaceOfWorship"},
	{"feuerwehr", "danger", "FireStation"},
	{"wertstoff", "bin", "RecyclingCenter"},
	{"einrichtung", "flag", "CivicStructure"},
	{"defi", "heart", "Place"},
	{"haltestelle", "bus", "BusStop"},
}

func category(id string) (Category, bool) {
	i := slices.IndexFunc(Categories, func(c Category) bool { return c.ID == id })
	if i < 0 {
		return Category{}, false
	}
	return Categories[i], true
}

// categoryOf an organisation that has not said more.
var categoryOf = map[people.Kind]string{
	people.Municipality: "amt", people.Administration: "amt", people.Club: "verein", people.Association: "verein",
	people.Parish: "kirche", people.School: "bildung", people.FireBrigade: "feuerwehr", people.Business: "betrieb",
}

// AccessCodes are the facts about accessibility that an entry can state; the
// texts are messages directory.access_<code>.
var AccessCodes = []string{"step_free", "partly", "toilet", "parking", "lift", "hearing_loop", "tactile", "guide_dog", "simple_language"}

// Facts are what only a directory knows.
type Facts struct {
	Category   string   `json:"category"`
	Address    string   `json:"address,omitempty"` // street, postcode and town on one line
	Phone      string   `json:"phone,omitempty"`
	Mail       string   `json:"mail,omitempty"`
	Web        string   `json:"web,omitempty"`    // http or https
	Person     string   `json:"person,omitempty"` // to talk to
	Hours      string   `json:"hours,omitempty"`  // opening_hours of OpenStreetMap
	HoursNote  string   `json:"hours_note,omitempty"`
	Stops      []Stop   `json:"stops,omitempty"`
	Access     []string `json:"access,omitempty"`
	AccessNote string   `json:"access_note,omitempty"`
	Languages  []string `json:"languages,omitempty"`
}

// Stop is where a mobile shop or service comes to.
type Stop struct {
	VillageID string `json:"village"`
	Place     string `json:"place,omitempty"` // "Dorfplatz"
	Hours     string `json:"hours"`           // opening_hours; a moment is enough: "Tu 09:15"
}

// Limits of lists.
const (
	maxStops     = 60
	maxLanguages = 12
	maxLine      = 200
)

// Listing is one entry of the directory.
type Listing struct {
	ID string
	compose.Life
	compose.Common
	Facts
	Main       bool // the page of its publisher
	Auto       bool // follows its organisation, nobody has edited it yet
	SourceID   string
	ExternalID string
	Sample     bool
}

// Check normalises everything and tells what is wrong.
func (l *Listing) Check(places *region.Directory) error {
	faults := fault.All(l.Common.Check())
	f := &l.Facts
	for _, one := range []struct {
		field string
		value *string
	}{
		{"address", &f.Address}, {"phone", &f.Phone}, {"person", &f.Person}, {"hours-note", &f.HoursNote}, {"access-note", &f.AccessNote},
	} {
		*one.value = compose.Line(*one.value)
		if n := utf8.RuneCountInString(*one.value); n > maxLine {
			faults.Add(fault.Invalid(one.field, "compose.long", "max", maxLine, "n", n))
		}
	}
	if l.Title == "" {
		faults.Add(fault.Invalid("title", "compose.title_missing"))
	}
	if _, known := category(f.Category); !known {
		faults.Add(fault.Invalid("category", "directory.category_unknown"))
	}
	faults.Add(f.checkContact())
	faults.Add(f.checkLists())
	if _, err := f.OpeningHours(); err != nil {
		faults.Add(hoursFault("hours", err))
	}
	for _, stop := range f.Stops {
		if _, known := places.Village(stop.VillageID); !known {
			faults.Add(fault.Invalid("stops", "directory.stop_village", "line", 0, "village", compose.Line(stop.VillageID)))
		} else if h, err := hours.Parse(stop.Hours); err != nil {
			faults.Add(hoursFault("stops", err))
		} else if !h.Known() {
			faults.Add(fault.Invalid("stops", "directory.stop_time", "line", 0))
		}
	}
	return faults.Err()
}

func (f *Facts) checkContact() *fault.Fault {
	if f.Phone != "" && !phone(f.Phone) {
		return fault.Invalid("phone", "directory.phone_wrong")
	}
	if f.Mail = compose.Line(f.Mail); f.Mail != "" {
		address, err := mail.Address(f.Mail)
		if err != nil {
			return fault.Invalid("mail", "directory.mail_wrong")
		}
		f.Mail = address
	}
	if f.Web = compose.Line(f.Web); f.Web != "" {
		if !strings.Contains(f.Web, "://") {
			f.Web = "https://" + f.Web
		}
		// javascript: would run in every reader's browser.
		u, err := url.Parse(f.Web)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || !strings.Contains(u.Host, ".") || u.User != nil || len(f.Web) > 500 {
			return fault.Invalid("web", "directory.web_wrong")
		}
		f.Web = u.String()
	}
	return nil
}

func (f *Facts) checkLists() *fault.Fault {
	kept := f.Languages[:0:0]
	for _, language := range f.Languages {
		if language = compose.Line(language); language != "" && !slices.Contains(kept, language) {
			kept = append(kept, language)
		}
		if utf8.RuneCountInString(language) > 40 {
			return fault.Invalid("languages", "compose.long", "max", 40, "n", utf8.RuneCountInString(language))
		}
	}
	if f.Languages = kept; len(kept) > maxLanguages {
		return fault.Invalid("languages", "directory.many", "max", maxLanguages)
	}
	for _, code := range f.Access {
		if !slices.Contains(AccessCodes, code) {
			return fault.Invalid("access", "directory.access_unknown")
		}
	}
	if len(f.Stops) > maxStops {
		return fault.Invalid("stops", "directory.many", "max", maxStops)
	}
	return nil
}

// phone reports whether text can be dialled: at least three digits, and only
// what people write between them.
func phone(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r) && r < 128:
			digits++
		case !strings.ContainsRune("+-/() .–,", r):
			return false
		}
	}
	return digits >= 3 && digits <= 20
}

// dial is the address of a telephone number (RFC 3966).
func dial(text string) string {
	var b strings.Builder
	for i, r := range text {
		if r >= '0' && r <= '9' || r == '+' && i == 0 {
			b.WriteRune(r)
		}
	}
	// "+49 (0) 8243" is dialled without the zero in brackets.
	return "tel:" + strings.Replace(b.String(), "+490", "+49", 1)
}

// OpeningHours are the hours as rules. Errors are those of hours.Parse.
func (f *Facts) OpeningHours() (hours.Hours, error) { return hours.Parse(f.Hours) }

// open is OpeningHours of what was checked when it was stored.
func (f *Facts) open() hours.Hours {
	h, err := hours.Parse(f.Hours)
	if err != nil {
		return hours.Hours{} // a later program may know syntax that this one does not
	}
	return h
}

// hoursFault puts an error of opening hours into words.
func hoursFault(field string, err error) *fault.Fault {
	var wrong *hours.Error
	if !errors.As(err, &wrong) {
		return fault.Invalid(field, "directory.hours_word", "line", 1, "word", "")
	}
	return fault.Invalid(field, "directory.hours_"+wrong.Code, "line", wrong.Line, "word", wrong.Detail)
}

// path is the address of its page.
func (l *Listing) path() string { return "/verzeichnis/" + l.ID }

// scope is whom the entry concerns: with stops, everybody where it comes to.
func (l *Listing) scope(places *region.Directory) bulletin.Scope {
	s := bulletin.Scope{MunicipalityID: l.Scope.MunicipalityID, VillageID: l.Scope.VillageID}
	for _, stop := range l.Stops {
		v, ok := places.Village(stop.VillageID)
		if !ok {
			continue
		}
		if v.MunicipalityID != s.MunicipalityID {
			return bulletin.Scope{}
		}
		if v.ID != s.VillageID {
			s.VillageID = ""
		}
	}
	return s
}

// service is the capability at work.
type service struct {
	bulletin.Tools
	desk *compose.Desk
	// Summaries of entries are German with an English variant, whatever the
	// language of the person who saves.
	words *i18n.Catalogue
}

func newService(t bulletin.Tools) (*service, error) {
	words, err := i18n.Load(i18n.Messages, region.Messages, Messages)
	if err != nil {
		return nil, err
	}
	return &service{Tools: t, desk: compose.NewDesk(t), words: words}, nil
}

func (s *service) in(lang i18n.Lang) *i18n.Localizer { return s.words.In(lang, s.Places().Location()) }

// organisationsJob brings the pages of organisations up to date.
const organisationsJob = "directory.organisations"

// New makes the capability. It panics when its own embedded messages are
// broken, which a test finds first.
func New(t bulletin.Tools) capability.Capability {
	s, err := newService(t)
	if err != nil {
		panic(err)
	}
	t.Bulletin.Register(bulletin.Kind{Name: Kind, Tone: "sky", Icon: "house", Listed: true, Schema: "Place"})
	t.Bulletin.AddTile(bulletin.Tile{Icon: "people", MessageKey: "directory.tile", URL: "/verzeichnis"})
	t.Bulletin.AddWriter(bulletin.Writer{Kind: Kind, MessageKey: "directory.write", Icon: "house", URL: writePath, Role: people.Editor})
	t.Bulletin.AddToday(s.today)
	return capability.Capability{
		Name: "directory", Migrations: Files, Messages: Messages, Routes: s.routes(), API: s.api,
		Jobs:   map[string]jobs.Handler{organisationsJob: s.followOrganisations},
		Every:  []jobs.Periodic{{Kind: organisationsJob, Every: 15 * time.Minute}},
		Bulk:   5,
		Sample: s.sample,
		Tables: []privacy.Table{
			{
				Name: "directory", Personal: []string{"author_id"}, Person: "author_id", Erase: privacy.ClearRow,
				Purpose: "to know who wrote an entry; contacts in it belong to the organisation that publishes them",
				Keep:    "as long as the entry; cleared when the account is erased",
			},
			{Name: "directory_stop"},
		},
	}
}
