package compose

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/richtext"
)

// TestNext is the whole table of rules: who comes from where to where by what.
func TestNext(t *testing.T) {
	const no State = "refused"
	actions := []Action{Save, Submit, Publish, Return, Withdraw, Discard}
	for _, tt := range []struct {
		from State
		role people.Role
		want [6]State // in the order of actions
	}{
		{New, people.Author, [6]State{Draft, Waiting, no, no, no, no}},
		{New, people.Editor, [6]State{Draft, Waiting, Published, no, no, no}},
		{Draft, people.Author, [6]State{Draft, Waiting, no, no, no, Gone}},
		{Draft, people.Editor, [6]State{Draft, Waiting, Published, no, no, Gone}},
		{Waiting, people.Author, [6]State{Waiting, Waiting, no, no, no, Gone}},
		{Waiting, people.Editor, [6]State{Waiting, Waiting, Published, Draft, no, Gone}},
		{Published, people.Author, [6]State{no, no, no, no, no, no}},
		{Published, people.Editor, [6]State{no, no, Published, no, Withdrawn, no}},
		{Published, people.Admin, [6]State{no, no, Published, no, Withdrawn, no}},
		{Withdrawn, people.Admin, [6]State{no, no, no, no, no, no}},
		{Draft, people.Reader, [6]State{no, no, no, no, no, no}},
		{Draft, people.NoRole, [6]State{no, no, no, no, no, no}},
		{"nonsense", people.Admin, [6]State{no, no, no, no, no, no}},
	} {
		for i, action := range actions {
			got, err := Next(tt.from, action, tt.role)
			if (err != nil) != (tt.want[i] == no) || (err == nil && got != tt.want[i]) || (err != nil && got != tt.from) {
				t.Errorf("%q by %q as %q: %q, %v; want %q", tt.from, action, tt.role, got, err, tt.want[i])
			}
			if err != nil && fault.KindOf(err) != fault.KindForbidden && fault.KindOf(err) != fault.KindConflict {
				t.Errorf("%q by %q: %v", tt.from, action, err)
			}
		}
	}
	if _, err := Next(Draft, "dance", people.Admin); fault.KindOf(err) != fault.KindInvalid {
		t.Errorf("an unknown action: %v", err)
	}
}

func TestRoleInIsTheLeast(t *testing.T) {
	a := people.Actor{AccountID: "x", Roles: map[string]people.Role{"a": people.Admin, "b": people.Author}}
	for _, tt := range []struct {
		orgs []string
		want people.Role
	}{
		{[]string{"a"}, people.Admin}, {[]string{"a", "b"}, people.Author}, {[]string{"b", "a"}, people.Author},
		{[]string{"a", "c"}, people.NoRole},
	} {
		if got := RoleIn(a, tt.orgs...); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.orgs, got, tt.want)
		}
	}
}

func TestShown(t *testing.T) {
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		state            State
		publish, expires time.Time
		want             State
		open             bool
	}{
		{Draft, time.Time{}, time.Time{}, Draft, true},
		{Waiting, now.Add(time.Hour), time.Time{}, Waiting, true},
		{Published, now.Add(time.Hour), time.Time{}, Scheduled, true},
		{Published, now, time.Time{}, Published, false},
		{Published, now.Add(-time.Hour), now, Expired, false},
		{Published, now.Add(-time.Hour), now.Add(1), Published, false},
		{Withdrawn, now.Add(-time.Hour), now.Add(-1), Withdrawn, false},
	} {
		l, c := Life{State: tt.state}, Common{PublishAt: tt.publish, ExpiresAt: tt.expires}
		if got := l.Shown(&c, now); got != tt.want || l.Open(&c, now) != tt.open {
			t.Errorf("%s %v–%v: %s, open %v", tt.state, tt.publish, tt.expires, got, l.Open(&c, now))
		}
	}
}

func TestEncodeAndDecode(t *testing.T) {
	c := Common{
		Publisher: "org", Title: "Titel", Text: "Text <b>", Audience: bulletin.ForPublic, Place: "Platz", Severity: bulletin.SeverityMinor,
		Scope: bulletin.Scope{MunicipalityID: "m", VillageID: "v", Streets: []string{"s"}}, Point: &orb.Point{10.8, 47.9},
		PublishAt: time.Date(2026, 11, 22, 8, 0, 0, 1000, time.UTC), Topics: []string{"a"},
		Pictures: []Picture{{ID: "p", Alt: "alt", Width: 3, Height: 2}}, Attachments: []Attachment{{ID: "f", Title: "t", Size: 7}},
		Variants: []Variant{{Lang: "en", Title: "T", Text: "x"}},
	}
	raw, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var back Common
	if err := back.Decode("org", "Titel", raw); err != nil {
		t.Fatal(err)
	}
	again, err := back.Encode()
	if err != nil || again != raw || *back.Point != *c.Point || !back.PublishAt.Equal(c.PublishAt) || back.Publisher != "org" || back.Title != "Titel" {
		t.Errorf("came back as %+v (%v)", back, err)
	}
	if err := back.Decode("o", "t", "{"); err == nil {
		t.Error("broken JSON is read")
	}
}

func words(t testing.TB) context.Context {
	t.Helper()
	catalogue, err := i18n.Load(i18n.Messages, richtext.Messages, Messages)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(context.Background(), catalogue.In(i18n.German, time.UTC))
}

func TestFindings(t *testing.T) {
	ctx := words(t)
	whole := Common{Title: "Titel", Text: "Ein kurzer Satz."}
	with := func(change func(*Common)) *Common {
		c := whole
		change(&c)
		return &c
	}
	for _, tt := range []struct {
		name   string
		c      *Common
		field  string
		blocks bool
	}{
		{"all good", &whole, "", false},
		{"no title", with(func(c *Common) { c.Title = "" }), "title", true},
		{"no text", with(func(c *Common) { c.Text = "" }), "text", true},
		{"a picture without a description", with(func(c *Common) { c.Pictures = []Picture{{ID: "p", Credit: "x"}} }), AltField(0), true},
		{"the second picture", with(func(c *Common) { c.Pictures = []Picture{{ID: "p", Alt: "a", Credit: "x"}, {ID: "q", Credit: "y"}} }), AltField(1), true},
		{"nobody made the picture", with(func(c *Common) { c.Pictures = []Picture{{ID: "p", Alt: "a"}} }), CreditField(0), false},
		{"an empty link text", with(func(c *Common) { c.Text = "[hier](https://example.org) ist es" }), "text", false},
		{"a skipped heading", with(func(c *Common) { c.Text = "### Tief\n\nText." }), "text", false},
		{"a variant without text", with(func(c *Common) { c.Variants = []Variant{{Lang: "en", Title: "x"}} }), "text-en", true},
		{"a long sentence in Leichte Sprache", with(func(c *Common) {
			c.Variants = []Variant{{Lang: "de-simple", Title: "x", Text: "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn."}}
		}), "text-de-simple", false},
	} {
		found := Findings(ctx, tt.c, Rules{})
		if tt.field == "" {
			if len(found) > 0 || Blocked(found) != nil {
				t.Errorf("%s: %v", tt.name, found)
			}
			continue
		}
		if len(found) != 1 || found[0].Field != tt.field || found[0].Blocks != tt.blocks || found[0].Text == "" {
			t.Errorf("%s: %+v", tt.name, found)
			continue
		}
		if blocked := fault.All(Blocked(found)); (len(blocked) == 1) != tt.blocks || tt.blocks && blocked[0].Field != tt.field {
			t.Errorf("%s: blocked by %v", tt.name, blocked)
		}
	}
	if found := Findings(ctx, &Common{Title: "x"}, Rules{TextOptional: true}); len(found) > 0 {
		t.Errorf("the text is optional, yet %v", found)
	}
	hard := Common{Title: "x", Text: strings.Repeat("Verwaltungsverfahrensrechtliche Zuständigkeitsregelungen beeinträchtigen ausnahmsweise Genehmigungsentscheidungen. ", 12)}
	if found := Findings(ctx, &hard, Rules{}); len(found) != 1 || found[0].Blocks || !strings.Contains(found[0].Text, "schwer zu lesen") {
		t.Errorf("hard text: %+v", found)
	}
}

func TestMomentsOfForms(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ date, clock, want string }{
		{"", "", ""},
		{"2026-12-06", "18:30", "2026-12-06T17:30:00Z"},
		{"2026-12-06", "", "2026-12-05T23:00:00Z"},
		{"6.12.2026", "18:30", "2026-12-06T17:30:00Z"},
		{"2026-07-01", "18:30:15", "2026-07-01T16:30:15Z"},
		{"2026-03-29", "02:30", "2026-03-29T01:30:00Z"}, // does not exist: the clock jumps
		{"", "18:30", "fault"}, {"2026-02-30", "10:00", "fault"}, {"2026-12-06", "25:00", "fault"},
		{"0001-01-01", "00:00", "fault"}, {"9999-01-01", "00:00", "fault"}, {"gestern", "", "fault"},
	} {
		var faults fault.List
		got := moment(tt.date, tt.clock, "publish-date", "00:00", berlin, &faults)
		text := ""
		if !got.IsZero() {
			text = got.Format(time.RFC3339)
		}
		if len(faults) > 0 {
			text = "fault"
		}
		if text != tt.want {
			t.Errorf("%q %q: %s, want %s", tt.date, tt.clock, text, tt.want)
		}
	}
}

func TestSizes(t *testing.T) {
	ctx := words(t)
	for n, want := range map[int64]string{0: "1 kB", 999: "1 kB", 340_000: "340 kB", 2_150_000: "2,1 MB", 20 << 20: "20,9 MB"} {
		if got := Size(ctx, n); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
}

func TestRemovedAndLeadingPictures(t *testing.T) {
	f := Values(url.Values{
		"picture-id": {"a", "b", "c"}, "picture-alt-0": {"A"}, "picture-alt-1": {"B"}, "picture-alt-2": {"C"},
		"picture-remove": {"a"}, "picture-lead": {"c"},
	})
	if len(f.Pictures) != 2 || f.Pictures[0].Alt != "C" || f.Pictures[1].Alt != "B" {
		t.Errorf("%+v", f.Pictures)
	}
	many := Values(url.Values{"picture-id": slices.Repeat([]string{"x"}, 10_000)})
	if len(many.Pictures) > 2*maxFiles {
		t.Errorf("%d pictures are read", len(many.Pictures))
	}
}

func FuzzLines(f *testing.F) {
	for _, seed := range []string{"a\r\nb", "\x00", "\u202eabc", "\xff", " x ", "\r\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Lines(text)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\r\u202e\ufeff") || Lines(got) != got {
			t.Errorf("%q became %q", text, got)
		}
		if line := Line(text); strings.ContainsAny(line, "\n\r\x00") || Line(line) != line {
			t.Errorf("%q became the line %q", text, line)
		}
	})
}

// FuzzValues: whatever arrives in a form is read without a panic, and what was
// read can be kept or is refused by Check.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{
		"title=a&text=b&publisher=c", "picture-id=a&picture-alt-0=b", "title-en=%ff&text-en=%00", "picture-id=a&picture-id=a&picture-remove=a",
		"lat=1e999&lon=NaN", "publish-date=2026-13-01", "topics=,,,,", "attachment-id=x&attachment-title-0=%E2%80%AE",
	} {
		f.Add(seed)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, form string) {
		v, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		fields := Values(v)
		var faults fault.List
		if at := moment(fields.PublishDate, fields.PublishTime, "publish-date", "00:00", berlin, &faults); len(faults) > 0 && !at.IsZero() {
			t.Error("a wrong moment has a time")
		}
		if p := point(fields.Lat, fields.Lon, &faults); p != nil && (p[0] != p[0] || p[0] < -180 || p[0] > 180 || p[1] < -90 || p[1] > 90) {
			t.Errorf("point %v", *p)
		}
		c := Common{Publisher: fields.Publisher, Title: fields.Title, Text: fields.Text, Topics: strings.Split(fields.Topics, ","), Pictures: fields.Pictures, Variants: fields.Variants}
		if c.Check() != nil {
			return
		}
		raw, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var back Common
		if err := back.Decode(c.Publisher, c.Title, raw); err != nil || back.Text != c.Text {
			t.Errorf("%q came back as %q (%v)", c.Text, back.Text, err)
		}
	})
}
