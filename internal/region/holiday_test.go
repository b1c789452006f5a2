package region_test

import (
	"encoding/json"
	"testing"
	"time"

	"dorflinde/internal/region"
)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestEaster(t *testing.T) {
	for year, want := range map[int]time.Time{
		1818: day(1818, 3, 22), 1943: day(1943, 4, 25), 1954: day(1954, 4, 18), 1961: day(1961, 4, 2),
		1981: day(1981, 4, 19), 2000: day(2000, 4, 23), 2008: day(2008, 3, 23), 2019: day(2019, 4, 21),
		2024: day(2024, 3, 31), 2025: day(2025, 4, 20), 2026: day(2026, 4, 5), 2027: day(2027, 3, 28),
		2038: day(2038, 4, 25), 2049: day(2049, 4, 18), 2076: day(2076, 4, 19), 2100: day(2100, 3, 28),
	} {
		if got := region.Easter(year); !got.Equal(want) {
			t.Errorf("%d: %s, want %s", year, got.Format(time.DateOnly), want.Format(time.DateOnly))
		}
	}
}

// Every Easter is a Sunday between 22 March and 25 April, and the whole cycle
// agrees with the method of Meeus, Jones and Butcher.
func TestEasterAgreesWithAnotherMethod(t *testing.T) {
	for year := 1583; year < 4100; year++ {
		a, b, c := year%19, year/100, year%100
		d, e := b/4, b%4
		g := (8*b + 13) / 25
		h := (19*a + b - d - g + 15) % 30
		i, k := c/4, c%4
		l := (32 + 2*e + 2*i - h - k) % 7
		m := (a + 11*h + 19*l) / 433
		month := (h + l - 7*m + 90) / 25
		want := day(year, time.Month(month), (h+l-7*m+33*month+19)%32)
		if got := region.Easter(year); !got.Equal(want) {
			t.Fatalf("%d: %s, want %s", year, got.Format(time.DateOnly), want.Format(time.DateOnly))
		}
	}
}

func TestBavarianHolidays2026(t *testing.T) {
	want := []struct {
		date time.Time
		key  string
	}{
		{day(2026, 1, 1), "new_year"}, {day(2026, 1, 6), "epiphany"}, {day(2026, 4, 3), "good_friday"},
		{day(2026, 4, 6), "easter_monday"}, {day(2026, 5, 1), "labour_day"}, {day(2026, 5, 14), "ascension"},
		{day(2026, 5, 25), "whit_monday"}, {day(2026, 6, 4), "corpus_christi"}, {day(2026, 8, 15), "assumption"},
		{day(2026, 10, 3), "unity_day"}, {day(2026, 11, 1), "all_saints"}, {day(2026, 12, 25), "christmas_day"},
		{day(2026, 12, 26), "boxing_day"},
	}
	got := region.Calendar{Land: "DE-BY", AssumptionDay: true}.Holidays(2026)
	if len(got) != len(want) {
		t.Fatalf("%d holidays, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		if !got[i].Date.Equal(w.date) || got[i].Key != "region.holiday."+w.key {
			t.Errorf("%d: %v, want %v", i, got[i], w)
		}
	}
	protestant := region.Calendar{Land: "DE-BY"}
	if _, ok := protestant.Holiday(day(2026, 8, 15)); ok {
		t.Error("15 August counted where it is none")
	}
}

func TestHolidaysOfOtherLands(t *testing.T) {
	for land, n := range map[string]int{
		"": 9, "DE-HE": 10, "DE-BE": 10, "DE-SN": 11, "DE-BB": 12, "DE-BW": 12, "DE-SL": 12, "DE-NI": 10, "DE-TH": 11, "DE-MV": 11,
	} {
		if got := len(region.Calendar{Land: land}.Holidays(2026)); got != n {
			t.Errorf("%q: %d holidays, want %d", land, got, n)
		}
	}
	if h, ok := (region.Calendar{Land: "DE-SN"}).Holiday(day(2026, 11, 18)); !ok || h.Key != "region.holiday.repentance" {
		t.Error("Buß- und Bettag 2026 is 18 November")
	}
}

func TestQuietDays2026(t *testing.T) {
	c := region.Calendar{Land: "DE-BY"}
	for key, d := range map[string]time.Time{
		"ash_wednesday": day(2026, 2, 18), "holy_saturday": day(2026, 4, 4), "mourning_day": day(2026, 11, 15),
		"dead_sunday": day(2026, 11, 22), "christmas_eve": day(2026, 12, 24),
	} {
		if h, ok := c.QuietDay(d); !ok || h.Key != "region.holiday."+key {
			t.Errorf("%s: got %v", key, h)
		}
	}
	if (region.Calendar{Land: "DE-BE"}).QuietDays(2026) != nil {
		t.Error("the Bavarian act does not hold in Berlin")
	}
}

func TestWorkdays(t *testing.T) {
	c := region.Calendar{Land: "DE-BY", AssumptionDay: true}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// Thursday, Corpus Christi; half past midnight is still Wednesday in UTC.
	feast := time.Date(2026, 6, 4, 0, 30, 0, 0, berlin)
	if c.Workday(feast) {
		t.Error("the local day counts, not the day in UTC")
	}
	if got := c.NextWorkday(time.Date(2026, 4, 3, 12, 0, 0, 0, berlin)); got.Day() != 7 || got.Hour() != 12 {
		t.Errorf("Good Friday moves to Tuesday noon, got %s", got)
	}
	if got := c.AddWorkdays(day(2026, 12, 23), 2); !got.Equal(day(2026, 12, 28)) {
		t.Errorf("got %s", got.Format(time.DateOnly))
	}
}

func TestEveryHolidayHasAName(t *testing.T) {
	for _, file := range []string{"messages.de.json", "messages.en.json"} {
		raw, err := region.Messages.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]string
		if err := json.Unmarshal(raw, &messages); err != nil {
			t.Fatal(err)
		}
		for _, land := range []string{"BY", "BE", "BB", "SN", "TH"} {
			c := region.Calendar{Land: "DE-" + land, AssumptionDay: true}
			for _, h := range append(c.Holidays(2026), c.QuietDays(2026)...) {
				if messages[h.Key] == "" {
					t.Errorf("%s lacks %s", file, h.Key)
				}
			}
		}
	}
}
