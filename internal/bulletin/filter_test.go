package bulletin_test

import (
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/region"
)

func samplePlaces(t testing.TB) *region.Directory {
	t.Helper()
	sample, err := region.NewSample(id.NewV7(clock.At(present).Now))
	if err != nil {
		t.Fatal(err)
	}
	return sample.Directory()
}

// TestFilterSurvivesItsAddress: a filter written into an address and read again
// is the same filter, whatever the place is called.
func TestFilterSurvivesItsAddress(t *testing.T) {
	places := samplePlaces(t)
	villages := places.Villages("")
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) time.Time {
			if rapid.Bool().Draw(t, name+"?") {
				return time.Time{}
			}
			// Days around both changes of the clock are among them.
			second := rapid.SampledFrom([]int{0, 0, 1, 7200, 86399}).Draw(t, name+"s")
			return time.Date(2026, 1, 1+rapid.IntRange(0, 400).Draw(t, name), 0, 0, second, 0, places.Location()).UTC()
		}
		f := bulletin.Filter{
			Publisher: rapid.SampledFrom([]string{"", "musikverein-leeder"}).Draw(t, "publisher"),
			Topic:     rapid.SampledFrom([]string{"", "Müll & Mehr", "a,b"}).Draw(t, "topic"),
			Query:     rapid.SampledFrom([]string{"", "Straße 5", "100 %"}).Draw(t, "query"),
			From:      day("from"), To: day("to"), UpdatedSince: day("since"),
		}
		if rapid.Bool().Draw(t, "kinds") {
			f.Kinds = []string{"news", "event"}
		}
		switch rapid.IntRange(0, 2).Draw(t, "place") {
		case 1:
			f.Municipality = rapid.SampledFrom(places.Municipalities()).Draw(t, "municipality").ID
		case 2:
			v := rapid.SampledFrom(villages).Draw(t, "village")
			f.Municipality, f.Village = v.MunicipalityID, v.ID
		}
		if rapid.Bool().Draw(t, "box") {
			f.Box = &orb.Bound{Min: orb.Point{10.5, 47.9}, Max: orb.Point{10.75, 48}}
		}
		again, err := bulletin.ParseFilter(f.Values(places), places)
		if err != nil || !reflect.DeepEqual(f, again) {
			t.Fatalf("%+v became %+v: %v", f, again, err)
		}
	})
}

func TestFilterRefusesWhatItDoesNotUnderstand(t *testing.T) {
	places := samplePlaces(t)
	for query, field := range map[string]string{
		"ort=atlantis": "ort", "ab=morgen": "ab", "bis=2026-02-30": "bis", "updated_since=1": "geaendert_seit", "bbox=1,2,3": "bbox",
		"bbox=11,48,10,47": "bbox", "bbox=NaN,1,2,3": "bbox", "bbox=1,2,3,91": "bbox", "bbox=Inf,1,Inf,3": "bbox",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = bulletin.ParseFilter(values, places)
		if all := fault.All(err); len(all) != 1 || all[0].Field != field {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{"", "ort=region", "ort=leeder", "place=fuchstal", "kind=news&art=event", "unbekannt=1"} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bulletin.ParseFilter(values, places); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// FuzzParseFilter: an address of a stranger gives a filter or a fault, and what
// it gives can be written and read again.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{"art=news,event&ort=leeder", "bbox=10,47,11,48", "ab=2026-12-01&bis=2026-12-06T12:00:00Z", "q=%00&ort=gemeinde-fuchstal", "bis=9999-12-31", "ab=9999-12-31T23:59:59-23:00", "ab=0001-01-01"} {
		f.Add(seed)
	}
	places := samplePlaces(f)
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filter, err := bulletin.ParseFilter(values, places)
		if err != nil {
			if len(fault.All(err)) == 0 {
				t.Errorf("%q: %v is no fault", query, err)
			}
			return
		}
		if filter.Box != nil && (filter.Box.Min[0] > filter.Box.Max[0] || filter.Box.Min[1] > filter.Box.Max[1]) {
			t.Errorf("%q: box %v", query, filter.Box)
		}
		if _, err := bulletin.ParseFilter(filter.Values(places), places); err != nil {
			t.Errorf("%q cannot be read again: %v", query, err)
		}
	})
}
