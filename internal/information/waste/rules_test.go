package waste

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/ui"
	"dorflinde/internal/region"
)

func TestFractionOf(t *testing.T) {
	for text, want := range map[string]struct {
		fraction Fraction
		label    string
	}{
		"Restmüll": {Residual, ""}, "RESTMUELL": {Residual, ""}, "Restmülltonne": {Residual, ""}, "Restabfall": {Residual, ""},
		"Restmüll 2-wöchentlich": {Residual, "Restmüll 2-wöchentlich"}, "Graue Tonne": {Residual, ""},
		"Biotonne": {Bio, ""}, "Bioabfall": {Bio, ""}, "Papiertonne": {Paper, ""}, "Altpapier Abfuhr": {Paper, ""}, "Blaue Tonne": {Paper, ""},
		"Gelbe/r Sack/Tonne": {Packaging, ""}, "Gelber Sack": {Packaging, ""}, "Wertstofftonne": {Packaging, ""},
		"Problemmüllsammlung": {Hazardous, ""}, "Schadstoffmobil": {Hazardous, ""}, "Sperrmüll": {Bulky, ""},
		"Grüngut": {Green, ""}, "Christbaum": {Tree, ""}, "Weihnachtsbäume": {Tree, ""}, "Altkleider": {Textile, ""},
		"Windelsack": {Other, "Windelsack"}, "": {Other, ""}, "  Hecken  tag ": {Other, "Hecken tag"},
	} {
		if f, label := FractionOf(text); f != want.fraction || label != want.label {
			t.Errorf("%q: %s %q, want %s %q", text, f, label, want.fraction, want.label)
		}
	}
	if _, label := FractionOf(strings.Repeat("ä", 500)); len([]rune(label)) > maxLabel {
		t.Error("a label without end")
	}
}

func TestEveryFractionHasASignOfItsOwn(t *testing.T) {
	seen := map[string]Fraction{}
	for _, f := range append(slices.Clone(Fractions), Other) {
		if !slices.Contains(ui.Icons(), f.Icon()) {
			t.Errorf("%s has no icon", f)
		}
		if twin, twice := seen[f.Icon()]; twice {
			t.Errorf("%s looks like %s", f, twin)
		}
		seen[f.Icon()] = f
		if !speak(i18n.German, places(t)).Has("waste.fraction_" + string(f)) {
			t.Errorf("%s has no name", f)
		}
	}
}

func TestShift(t *testing.T) {
	bavaria := region.Calendar{Land: "DE-BY", AssumptionDay: true}
	for day, want := range map[Day]Day{
		"2026-11-26": "2026-11-26",                             // a week without holidays
		"2026-04-06": "2026-04-07",                             // Easter Monday
		"2026-04-07": "2026-04-08", "2026-04-10": "2026-04-11", // and all that follow
		"2026-04-02": "2026-04-02", "2026-04-03": "2026-04-04", // before Good Friday nothing moves
		"2026-05-14": "2026-05-15",                             // Ascension
		"2026-12-24": "2026-12-24", "2026-12-25": "2026-12-28", // Christmas on Friday and Saturday: the next working day
		"2027-01-06": "2027-01-07", "2027-01-08": "2027-01-09",
	} {
		if got := Shift(bavaria, day); got != want {
			t.Errorf("%s moves to %s, want %s", day, got, want)
		}
	}
}

func TestShiftNeverEndsOnAHolidayOrGoesBack(t *testing.T) {
	bavaria := region.Calendar{Land: "DE-BY", AssumptionDay: true}
	rapid.Check(t, func(rt *rapid.T) {
		day := Day("2026-01-01").Add(rapid.IntRange(0, 4000).Draw(rt, "day"))
		if day.In(time.UTC).Weekday() == time.Sunday {
			rt.Skip("nobody collects on Sundays")
		}
		moved := Shift(bavaria, day)
		if moved < day || moved > day.Add(5) {
			rt.Fatalf("%s moves to %s", day, moved)
		}
		if moved.In(time.UTC).Weekday() == time.Sunday || isHoliday(bavaria, moved.In(time.UTC)) {
			rt.Fatalf("%s moves to %s, when nobody works", day, moved)
		}
	})
}

func TestRhythm(t *testing.T) {
	r := Rhythm{Fraction: Bio, First: "2026-12-24", Weeks: 2, Until: "2027-01-21", Shifted: true}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range r.Dates("d", region.Calendar{Land: "DE-BY"}) {
		got = append(got, string(c.Day)+"<"+string(c.MovedFrom))
	}
	if want := []string{"2026-12-24<", "2027-01-08<2027-01-07", "2027-01-21<"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	once := Rhythm{Fraction: Tree, First: "2027-01-09"}
	if n := len(once.Dates("d", region.Calendar{})); n != 1 {
		t.Errorf("a single date became %d", n)
	}
	for name, bad := range map[string]Rhythm{
		"fraction": {First: "2027-01-01"}, "first": {Fraction: Bio}, "weeks": {Fraction: Bio, First: "2027-01-01", Weeks: 53, Until: "2027-02-01"},
		"until": {Fraction: Bio, First: "2027-01-01", Weeks: 1, Until: "2026-01-01"}, "until ": {Fraction: Bio, First: "2027-01-01", Weeks: 1, Until: "2099-01-01"},
	} {
		err := bad.Check()
		if all := fault.All(err); len(all) == 0 || all[0].Field != strings.TrimSpace(name) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func places(t testing.TB) *region.Directory {
	t.Helper()
	sample, err := region.NewSample(id.NewV7(func() time.Time { return bulletintest.Present }))
	must(t, err)
	return sample.Directory()
}

func TestAreasSurviveWritingAndReading(t *testing.T) {
	d := places(t)
	town, _ := d.MunicipalityBySlug("fuchstal")
	text := "Leeder\nLeeder: Hauptstraße 1–20 gerade\nLeeder: Hauptstraße ab 21\nAsch: Dorfstraße ungerade\nAsch: Hauptstraße 7\nSeestall: Via-Claudia-Weg"
	areas, err := ParseAreas(text, d, town.ID)
	must(t, err)
	if got := FormatAreas(areas, d); got != text {
		t.Errorf("%q, want %q", got, text)
	}
	for line, key := range map[string]string{
		"Unterdießen": "waste.area_village", "Nirgendwo: Weg": "waste.area_village", "Leeder: Gibtsnichtgasse": "waste.area_street",
		"Leeder:": "waste.area_street", "Leeder: Hauptstraße 20–1": "waste.area_numbers", "<script>": "waste.area_village",
	} {
		_, err := ParseAreas("Leeder\n\n"+line, d, town.ID)
		all := fault.All(err)
		if len(all) == 0 || all[0].Key != key || all[0].Args[1] != 3 {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestPickTakesTheClosest(t *testing.T) {
	d := places(t)
	town, _ := d.MunicipalityBySlug("fuchstal")
	read := func(district, text string) []Area {
		areas, err := ParseAreas(text, d, town.ID)
		must(t, err)
		for i := range areas {
			areas[i].District = district
		}
		return areas
	}
	areas := slices.Concat(read("village", "Leeder"), read("paper", "Leeder: Hauptstraße"), read("south", "Leeder: Hauptstraße ab 21"))
	dates := []Collection{
		{District: "village", Fraction: Bio, Day: "2026-12-01"}, {District: "village", Fraction: Paper, Day: "2026-12-02"},
		{District: "paper", Fraction: Paper, Day: "2026-12-03"}, {District: "south", Fraction: Bio, Day: "2026-12-04"},
	}
	for slug, want := range map[string]string{
		"leeder-gartenweg": "bio 2026-12-01 paper 2026-12-02", "leeder": "bio 2026-12-01 paper 2026-12-02",
		"leeder-hauptstrasse": "bio 2026-12-01 paper 2026-12-03", "leeder-hauptstrasse 20": "bio 2026-12-01 paper 2026-12-03",
		"leeder-hauptstrasse 21": "paper 2026-12-03 bio 2026-12-04", "asch-dorfstrasse": "",
	} {
		name, no := splitNumber(slug)
		spot, ok := FindSpot(d, name)
		if !ok {
			t.Fatalf("%s is not there", name)
		}
		spot.Number = no
		found, parts := matches(areas, spot)
		var got []string
		for _, c := range pick(found, dates) {
			got = append(got, string(c.Fraction), string(c.Day))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", slug, got, want)
		}
		if asks := len(parts) > 0; asks != (slug == "leeder-hauptstrasse") {
			t.Errorf("%s asks for the number: %v", slug, asks)
		}
	}
}

func FuzzParseAreas(f *testing.F) {
	for _, text := range []string{"Leeder", "Leeder: Hauptstraße 1–20 gerade", "Leeder: Hauptstraße ab 99999", "::::", "Asch: Dorfstraße bis 3 ungerade\r\n"} {
		f.Add(text)
	}
	d := places(f)
	town, _ := d.MunicipalityBySlug("fuchstal")
	f.Fuzz(func(t *testing.T, text string) {
		areas, err := ParseAreas(text, d, town.ID)
		if err != nil {
			if fault.KindOf(err) != fault.KindInvalid {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseAreas(FormatAreas(areas, d), d, town.ID)
		if err != nil || !slices.Equal(again, areas) {
			t.Fatalf("%q: %v becomes %v, %v", text, areas, again, err)
		}
	})
}
