package compose

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/geo"
	"dorflinde/internal/platform/media"
	"dorflinde/web"
)

// MaxBody is how much a form with files may bring; routes name it.
const MaxBody = media.MaxPicture + media.MaxAttachment + 1<<20

// formMemory is how much of a form stays in memory; files beyond lie on disk.
const formMemory = 2 << 20

// Fields are the shared answers of a form as they were typed, right or wrong.
type Fields struct {
	Publisher, Title, Text, Audience         string
	Where, Streets, Place, Lat, Lon          string
	PublishDate, PublishTime                 string
	ExpireDate, ExpireTime, Topics, Severity string
	Pictures                                 []Picture
	Attachments                              []Attachment
	Variants                                 []Variant // one for each of VariantLangs
	Version                                  string
}

// AltField is the name of the field that describes picture i, from 0.
func AltField(i int) string { return "picture-alt-" + strconv.Itoa(i) }

// CreditField is the name of the field that says who made picture i, from 0.
func CreditField(i int) string { return "picture-credit-" + strconv.Itoa(i) }

// AttachmentField is the name of the field with the title of file i, from 0.
func AttachmentField(i int) string { return "attachment-title-" + strconv.Itoa(i) }

// Values reads typed answers; it never fails, Parse tells what is wrong.
func Values(v url.Values) Fields {
	get := func(name string) string { return Lines(v.Get(name)) }
	f := Fields{
		Publisher: get("publisher"), Title: get("title"), Text: get("text"), Audience: get("audience"),
		Where: get("where"), Streets: get("streets"), Place: get("place"), Lat: get("lat"), Lon: get("lon"),
		PublishDate: get("publish-date"), PublishTime: get("publish-time"),
		ExpireDate: get("expire-date"), ExpireTime: get("expire-time"),
		Topics: get("topics"), Severity: get("severity"), Version: get("version"),
	}
	for i, id := range v["picture-id"] {
		if i < 2*maxFiles && !slices.Contains(v["picture-remove"], id) {
			f.Pictures = append(f.Pictures, Picture{ID: Line(id), Alt: get(AltField(i)), Credit: get(CreditField(i))})
		}
	}
	if first := v.Get("picture-lead"); first != "" {
		slices.SortStableFunc(f.Pictures, func(a, b Picture) int { return one(b.ID == first) - one(a.ID == first) })
	}
	for i, id := range v["attachment-id"] {
		if i < 2*maxFiles && !slices.Contains(v["attachment-remove"], id) {
			f.Attachments = append(f.Attachments, Attachment{ID: Line(id), Title: get(AttachmentField(i))})
		}
	}
	for _, lang := range VariantLangs {
		f.Variants = append(f.Variants, Variant{Lang: lang, Title: get("title-" + lang), Text: get("text-" + lang)})
	}
	return f
}

// Seen is the version the person began with; 0 for a new text or nonsense,
// which then matches nothing that is stored.
func (f Fields) Seen() int64 {
	n, err := strconv.ParseInt(f.Version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Desk reads, checks and shows the shared part of forms.
type Desk struct{ tools bulletin.Tools }

// NewDesk makes a desk.
func NewDesk(t bulletin.Tools) *Desk { return &Desk{tools: t} }

// Read takes a form. Files are kept at once, so that an error elsewhere in the
// form loses none of them; the rest is as typed. A person who may not write for
// the chosen publisher uploads nothing.
func (d *Desk) Read(r *http.Request) (Fields, error) {
	err := r.ParseMultipartForm(formMemory)
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return Fields{}, err
	case err != nil:
		return Fields{}, fault.New(fault.KindInvalid, "compose.form_broken").Because(err)
	}
	f := Values(r.PostForm)
	if r.MultipartForm == nil || !people.ActorFrom(r.Context()).Can(people.Author, f.Publisher) {
		return f, nil
	}
	var faults fault.List
	if err := d.takePicture(r, &f); err != nil {
		if faults = append(faults, asField(err, "picture")...); len(faults) == 0 {
			return f, err
		}
	}
	if err := d.takeAttachment(r, &f); err != nil {
		found := asField(err, "attachment")
		if len(found) == 0 {
			return f, err
		}
		faults = append(faults, found...)
	}
	return f, faults.Err()
}

// asField turns what media says into a fault of the form's field.
func asField(err error, field string) fault.List {
	found := fault.All(err)
	for _, one := range found {
		one.Kind, one.Field = fault.KindInvalid, field
	}
	return found
}

func (d *Desk) takePicture(r *http.Request, f *Fields) error {
	file, header, err := r.FormFile("picture")
	if errors.Is(err, http.ErrMissingFile) || (err == nil && header.Size == 0 && header.Filename == "") {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	kept, err := d.tools.Media.AddPicture(r.Context(), f.Publisher, header.Filename, file)
	if err != nil {
		return err
	}
	f.Pictures = append(f.Pictures, Picture{
		ID: kept.ID, Alt: r.PostForm.Get("picture-alt"), Credit: r.PostForm.Get("picture-credit"), Width: kept.Width, Height: kept.Height,
	})
	return nil
}

func (d *Desk) takeAttachment(r *http.Request, f *Fields) error {
	file, header, err := r.FormFile("attachment")
	if errors.Is(err, http.ErrMissingFile) || (err == nil && header.Size == 0 && header.Filename == "") {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	kept, err := d.tools.Media.AddAttachment(r.Context(), f.Publisher, header.Filename, file)
	if err != nil {
		return err
	}
	title := Line(r.PostForm.Get("attachment-title"))
	if title == "" {
		title = kept.Name
	}
	f.Attachments = append(f.Attachments, Attachment{ID: kept.ID, Title: title, Type: kept.Type, Size: kept.Size})
	return nil
}

// Parse turns typed answers into Common. Faults carry the names of the form's
// fields; what could be read is returned with them.
func (d *Desk) Parse(ctx context.Context, f Fields) (Common, error) {
	c := Common{Publisher: f.Publisher, Title: f.Title, Text: f.Text, Audience: bulletin.Audience(f.Audience), Place: f.Place, Variants: slices.Clone(f.Variants)}
	var faults fault.List
	d.parsePublisher(ctx, &c, &faults)
	d.parseWhere(f, &c, &faults)
	zone := d.tools.Places().Location()
	c.PublishAt = moment(f.PublishDate, f.PublishTime, "publish-date", "00:00", zone, &faults)
	c.ExpiresAt = moment(f.ExpireDate, f.ExpireTime, "expire-date", "23:59", zone, &faults)
	for topic := range strings.SplitSeq(f.Topics, ",") {
		c.Topics = append(c.Topics, topic)
	}
	if f.Severity != "" {
		n, err := strconv.Atoi(f.Severity)
		if err != nil {
			n = -1
		}
		c.Severity = bulletin.Severity(n)
	}
	c.Pictures, c.Attachments = slices.Clone(f.Pictures), slices.Clone(f.Attachments)
	if err := d.Files(ctx, &c); err != nil {
		found := fault.All(err)
		if len(found) == 0 {
			return c, err
		}
		faults = append(faults, found...)
	}
	if err := c.Check(); err != nil {
		faults = append(faults, fault.All(err)...)
	}
	return c, faults.Err()
}

func (d *Desk) parsePublisher(ctx context.Context, c *Common, faults *fault.List) {
	if c.Publisher == "" {
		return // Check says so
	}
	if _, known := d.tools.Bulletin.Publisher(c.Publisher); !known || !people.ActorFrom(ctx).Can(people.Author, c.Publisher) {
		faults.Add(fault.Invalid("publisher", "compose.publisher_foreign"))
	}
}

// parseWhere reads "", "m:<municipality>" or "v:<village>", names of streets
// there, and a point: typed, or that of the one street or village when the
// place has a name.
func (d *Desk) parseWhere(f Fields, c *Common, faults *fault.List) {
	places := d.tools.Places()
	kind, id, _ := strings.Cut(f.Where, ":")
	var centre *orb.Point
	switch kind {
	case "":
	case "m":
		if _, ok := places.Municipality(id); !ok {
			faults.Add(fault.Invalid("where", "compose.where_unknown"))
			return
		}
		c.Scope.MunicipalityID = id
	case "v":
		v, ok := places.Village(id)
		if !ok {
			faults.Add(fault.Invalid("where", "compose.where_unknown"))
			return
		}
		c.Scope.MunicipalityID, c.Scope.VillageID = v.MunicipalityID, v.ID
		centre = &orb.Point{v.Centre[0], v.Centre[1]}
	default:
		faults.Add(fault.Invalid("where", "compose.where_unknown"))
		return
	}
	for name := range strings.FieldsFuncSeq(f.Streets, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if name = Line(name); name == "" {
			continue
		}
		s, ok := places.StreetByName(id, name)
		if !ok {
			faults.Add(fault.Invalid("streets", "compose.street_unknown", "street", name))
			continue
		}
		if !slices.Contains(c.Scope.Streets, s.ID) {
			c.Scope.Streets = append(c.Scope.Streets, s.ID)
			c.Scope.MunicipalityID = s.MunicipalityID
			centre = &orb.Point{s.Centre[0], s.Centre[1]}
		}
	}
	switch {
	case strings.TrimSpace(f.Lat) != "" || strings.TrimSpace(f.Lon) != "":
		c.Point = point(f.Lat, f.Lon, faults)
	case strings.TrimSpace(f.Place) != "" && len(c.Scope.Streets) < 2:
		c.Point = centre
	}
}

func point(lat, lon string, faults *fault.List) *orb.Point {
	n, errLat := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(lat), ",", "."), 64)
	e, errLon := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(lon), ",", "."), 64)
	if errLat != nil || errLon != nil || !geo.ValidPoint(e, n) {
		faults.Add(fault.Invalid("lat", "compose.point_wrong"))
		return nil
	}
	return &orb.Point{e, n}
}

// moment reads a date and a time of day as browsers send them; a date without
// a time gets the given one.
func moment(date, clock, field, otherwise string, zone *time.Location, faults *fault.List) time.Time {
	date, clock = strings.TrimSpace(date), strings.TrimSpace(clock)
	if date == "" {
		if clock != "" {
			faults.Add(fault.Invalid(field, "compose.date_missing"))
		}
		return time.Time{}
	}
	if clock == "" {
		clock = otherwise
	}
	for _, layout := range []string{"2006-01-02 15:04", "2.1.2006 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, date+" "+clock, zone); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return t.UTC()
		}
	}
	faults.Add(fault.Invalid(field, "compose.date_wrong", "text", Line(date+" "+clock)))
	return time.Time{}
}

// Files looks the files of c up and completes their facts. They must exist and
// belong to an organisation for which the person writes, so that nobody shows
// foreign files by their id; others are left out and named by a fault.
func (d *Desk) Files(ctx context.Context, c *Common) error {
	actor := people.ActorFrom(ctx)
	var faults fault.List
	find := func(id, field string) (media.File, bool, error) {
		file, err := d.tools.Media.Get(ctx, id)
		if fault.KindOf(err) == fault.KindNotFound || (err == nil && !actor.Can(people.Author, file.OwnerID)) {
			faults.Add(fault.Invalid(field, "compose.file_gone"))
			return file, false, nil
		}
		return file, err == nil, err
	}
	pictures, attachments := c.Pictures, c.Attachments
	c.Pictures, c.Attachments = nil, nil
	for _, p := range pictures {
		if asset, drawn := p.drawing(); drawn && web.Has(asset) {
			p.Width, p.Height = sceneWidth, sceneHeight
			c.Pictures = append(c.Pictures, p)
			continue
		}
		file, ok, err := find(p.ID, "picture")
		if err != nil {
			return err
		}
		if ok && file.Picture() {
			p.Width, p.Height = file.Width, file.Height
			c.Pictures = append(c.Pictures, p)
		}
	}
	for _, a := range attachments {
		file, ok, err := find(a.ID, "attachment")
		if err != nil {
			return err
		}
		if ok {
			a.Type, a.Size = file.Type, file.Size
			if Line(a.Title) == "" {
				a.Title = file.Name
			}
			c.Attachments = append(c.Attachments, a)
		}
	}
	return faults.Err()
}

// Fill is the reverse of Parse: the answers that stand for what is kept.
func (d *Desk) Fill(c *Common, version int64) Fields {
	places := d.tools.Places()
	f := Fields{
		Publisher: c.Publisher, Title: c.Title, Text: c.Text, Audience: string(c.Audience), Place: c.Place,
		Topics: strings.Join(c.Topics, ", "), Pictures: slices.Clone(c.Pictures), Attachments: slices.Clone(c.Attachments),
		Version: strconv.FormatInt(version, 10),
	}
	switch {
	case c.Scope.VillageID != "":
		f.Where = "v:" + c.Scope.VillageID
	case c.Scope.MunicipalityID != "":
		f.Where = "m:" + c.Scope.MunicipalityID
	}
	var names []string
	for _, id := range c.Scope.Streets {
		if s, ok := places.Street(id); ok {
			names = append(names, s.Name)
		}
	}
	f.Streets = strings.Join(names, ", ")
	if c.Point != nil {
		f.Lat, f.Lon = strconv.FormatFloat(c.Point[1], 'f', -1, 64), strconv.FormatFloat(c.Point[0], 'f', -1, 64)
	}
	if c.Severity > 0 {
		f.Severity = strconv.Itoa(int(c.Severity))
	}
	f.PublishDate, f.PublishTime = split(c.PublishAt, places.Location())
	f.ExpireDate, f.ExpireTime = split(c.ExpiresAt, places.Location())
	for _, lang := range VariantLangs {
		v := Variant{Lang: lang}
		for _, have := range c.Variants {
			if have.Lang == lang {
				v = have
			}
		}
		f.Variants = append(f.Variants, v)
	}
	return f
}

func split(t time.Time, zone *time.Location) (date, clock string) {
	if t.IsZero() {
		return "", ""
	}
	t = t.In(zone)
	return t.Format("2006-01-02"), t.Format("15:04")
}
