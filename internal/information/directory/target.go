package directory

import (
	"context"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/bulletin/compose"
	"dorflinde/internal/bulletin/intake"
	"dorflinde/internal/information/directory/hours"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/region"
)

// NewTarget takes tables of clubs, businesses and facilities into the directory.
func NewTarget(t bulletin.Tools) (intake.Target, error) {
	s, err := newService(t)
	if err != nil {
		return nil, err
	}
	return &target{s}, nil
}

type target struct{ s *service }

// imported is one row as it will be kept.
type imported struct {
	Common compose.Common
	Title  string
	Facts  Facts
}

// Info implements intake.Target.
func (t *target) Info() intake.Info {
	return intake.Info{
		Kind: "directory", Label: "directory.import_label", Formats: []intake.Format{intake.CSV}, URL: listPath,
		Columns: []intake.Column{
			{Name: "title", Headers: []string{"Name", "Bezeichnung", "Verein", "Firma", "Einrichtung", "Organisation", "Titel", "Betrieb"}, Required: true},
			{Name: "id", Headers: []string{"Kennung", "ID", "Nummer", "Nr"}},
			{Name: "category", Headers: []string{"Kategorie", "Art", "Rubrik", "Branche", "Typ", "Sparte"}},
			{Name: "address", Headers: []string{"Straße und Ort", "Anschrift", "Adresse"}},
			{Name: "street", Headers: []string{"Straße", "Strasse", "Str."}},
			{Name: "number", Headers: []string{"Hausnummer", "Hausnr.", "HNr"}},
			{Name: "postcode", Headers: []string{"PLZ", "Postleitzahl"}},
			{Name: "town", Headers: []string{"Ortsteil", "Ort", "Gemeinde", "Stadt", "Wohnort"}},
			{Name: "phone", Headers: []string{"Telefon", "Tel.", "Telefonnummer", "Rufnummer", "Mobil"}},
			{Name: "mail", Headers: []string{"E-Mail", "Mail", "E-Mail-Adresse", "Email"}},
			{Name: "web", Headers: []string{"Internet", "Webseite", "Website", "Homepage", "URL", "Internetseite"}},
			{Name: "hours", Headers: []string{"Öffnungszeiten", "Sprechzeiten", "Geöffnet", "opening_hours"}},
			{Name: "person", Headers: []string{"Ansprechpartner", "Ansprechpartnerin", "Ansprechperson", "Kontakt", "Vorstand", "1. Vorsitzender"}},
			{Name: "text", Headers: []string{"Beschreibung", "Text", "Info", "Bemerkung", "Angebot"}},
			{Name: "lat", Headers: []string{"Breite", "Breitengrad", "Latitude", "lat"}},
			{Name: "lon", Headers: []string{"Länge", "Längengrad", "Longitude", "lon", "lng"}},
			{Name: "languages", Headers: []string{"Sprachen", "Sprache"}},
		},
	}
}

// Convert implements intake.Target.
func (t *target) Convert(_ context.Context, c *intake.Conversion) error {
	places := t.s.Places()
	for _, row := range c.Table.Rows() {
		l, err := t.read(row, c, places)
		if err != nil {
			c.Skip(row.Line, row.Get("title"), err)
			continue
		}
		name := compose.Line(row.Get("id"))
		if name == "" {
			// Without a number of its own, an entry is known by name and place.
			name = region.Slug(l.Title) + "@" + region.Slug(row.Get("town"))
		}
		c.Add(intake.Item{ExternalID: name, Title: l.Title, Line: row.Line, Data: imported{Common: l.Common, Title: l.Title, Facts: l.Facts}})
	}
	return nil
}

func (t *target) read(row intake.Row, c *intake.Conversion, places *region.Directory) (Listing, error) {
	var l Listing
	l.Publisher, l.Title, l.Text, l.Scope = c.Source.Organisation, row.Get("title"), row.Get("text"), c.Scope()
	town := compose.Line(row.Get("town"))
	if v, ok := places.VillageByName(town); ok {
		l.Scope = bulletin.Scope{MunicipalityID: v.MunicipalityID, VillageID: v.ID}
		l.Point = &orb.Point{v.Centre[0], v.Centre[1]}
	} else if m, ok := places.MunicipalityByName(town); ok {
		l.Scope = bulletin.Scope{MunicipalityID: m.ID}
	}
	if err := readPoint(row.Get("lat"), row.Get("lon"), &l); err != nil {
		return l, err
	}
	l.Facts = Facts{
		Category: categoryByName(row.Get("category")), Address: compose.Line(row.Get("address")), Phone: row.Get("phone"), Mail: row.Get("mail"),
		Web: row.Get("web"), Person: row.Get("person"), Languages: strings.Split(row.Get("languages"), ","),
	}
	if l.Address == "" {
		l.Address = compose.Line(row.Get("street") + " " + row.Get("number"))
		if rest := compose.Line(row.Get("postcode") + " " + town); rest != "" {
			l.Address = strings.TrimPrefix(l.Address+", "+rest, ", ")
		}
	}
	h, err := hours.ParseText(row.Get("hours"))
	if err != nil {
		return l, hoursFault("hours", err)
	}
	l.Facts.Hours = h.String()
	return l, l.Check(places)
}

func readPoint(lat, lon string, l *Listing) error {
	if strings.TrimSpace(lat) == "" || strings.TrimSpace(lon) == "" {
		return nil
	}
	n, errLat := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(lat), ",", "."), 64)
	e, errLon := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(lon), ",", "."), 64)
	if errLat != nil || errLon != nil {
		return fault.Invalid("lat", "compose.point_wrong")
	}
	l.Point = &orb.Point{e, n}
	return nil
}

// categoryNames are what people call the categories; the first that a cell
// contains decides.
var categoryNames = []struct{ id, names string }{
	{"feuerwehr", "feuerwehr rettung wasserwacht bergwacht"}, {"apotheke", "apotheke"},
	{"defi", "defi aed"}, {"arzt", "arzt ärzt praxis zahn therap heb gesundheit pflege medizin tierarzt"},
	{"bildung", "schule kinder kita bildung bücherei krippe hort vhs"}, {"kirche", "kirch pfarr kapelle gemeindezentrum"},
	{"gasthaus", "gast restaurant wirt café cafe hotel pension imbiss biergarten"},
	{"wertstoff", "wertstoff recycling müll abfall container grüngut"}, {"haltestelle", "halte bus bahnhof"},
	{"amt", "amt rathaus behörde verwaltung gemeinde polizei"}, {"verein", "verein club gruppe verband chor"},
	{"laden", "laden markt bäcker metzger handel geschäft einkauf shop hof"},
	{"einrichtung", "einrichtung halle spiel sport platz friedhof bad saal"},
}

func categoryByName(text string) string {
	text = strings.ToLower(compose.Line(text))
	if _, known := category(text); known {
		return text
	}
	for _, c := range categoryNames {
		for _, name := range strings.Fields(c.names) {
			if text != "" && strings.Contains(text, name) {
				return c.id
			}
		}
	}
	return "betrieb"
}

func (t *target) listing(l *Listing, src intake.Source, i intake.Item) error {
	data, ok := i.Data.(imported)
	if !ok {
		return fault.Invalid("", "directory.category_unknown")
	}
	published := l.PublishAt
	l.Common, l.Facts = data.Common, data.Facts
	l.Publisher, l.Title = src.Organisation, data.Title
	l.State, l.Note, l.SourceID, l.ExternalID = compose.Published, "", src.ID, i.ExternalID
	l.UpdatedAt = t.s.Clock.Now()
	if l.PublishAt = published; published.IsZero() {
		l.PublishAt = l.UpdatedAt
	}
	return nil
}

// Create implements intake.Target.
func (t *target) Create(tx *db.Tx, src intake.Source, i intake.Item) (string, error) {
	var l Listing
	if err := t.listing(&l, src, i); err != nil {
		return "", err
	}
	l.ID, l.CreatedAt = t.s.IDs.New(), l.UpdatedAt
	return l.ID, t.s.create(tx, &l)
}

// Update implements intake.Target. What an editor has withdrawn here or made
// their own stays as it is.
func (t *target) Update(tx *db.Tx, src intake.Source, recordID string, i intake.Item) error {
	l, err := find(tx, recordID)
	if err != nil {
		return err
	}
	if l.SourceID != src.ID || l.State == compose.Withdrawn && l.Note != goneThere {
		return intake.ErrLeft
	}
	if err := t.listing(&l, src, i); err != nil {
		return err
	}
	return t.s.save(tx, &l)
}

// goneThere is the stored reason of an entry that left its source.
const goneThere = "source"

// Withdraw implements intake.Target.
func (t *target) Withdraw(tx *db.Tx, _ intake.Source, recordID string) error {
	l, err := find(tx, recordID)
	if fault.KindOf(err) == fault.KindNotFound || err == nil && l.State == compose.Withdrawn {
		return nil
	}
	if err != nil {
		return err
	}
	l.State, l.Note, l.UpdatedAt = compose.Withdrawn, goneThere, t.s.Clock.Now()
	return t.s.save(tx, &l)
}
