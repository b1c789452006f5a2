package bulletin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
)

// fill writes n entries over all places, a third of them with a time ahead.
func (r *rig) fill(n int) {
	r.t.Helper()
	villages := r.places.Villages("")
	for start := 0; start < n; start += 1000 {
		err := r.db.Update(context.Background(), func(tx *db.Tx) error {
			for i := start; i < min(start+1000, n); i++ {
				e := news(fmt.Sprintf("00000000-0000-7000-8000-%012d", i), func(e *bulletin.Entry) {
					e.PublishedAt = present.Add(-time.Duration(i) * 17 * time.Minute)
					e.Title = fmt.Sprintf("Beispieldaten: Was sich am Dorfplatz tut, Teil %d", i)
					e.Summary = "Die Gemeinde hat den Platz neu gepflastert. Am Samstag gibt es dazu Kaffee, Kuchen und Musik."
					e.Topics = []string{[]string{"Verkehr", "Musik", "Sport"}[i%3]}
				})
				v := villages[i%len(villages)]
				e.Scope.MunicipalityID = v.MunicipalityID
				if i%2 == 0 {
					e.Scope.VillageID, e.Geometry = v.ID, v.Centre
				}
				if i%3 == 0 {
					e.Kind, e.Publisher = "event", "org-band"
					e.Start = present.Add(time.Duration(i) * time.Hour)
					e.End = e.Start.Add(2 * time.Hour)
				}
				if err := r.Put(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

func benchmark(b *testing.B, addresses ...string) {
	r := newRig(b, dbtest.SQLite(b, migrations...))
	r.fill(10_000)
	server := r.server(people.Actor{})
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			w := httptest.NewRecorder()
			server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, addresses[i%len(addresses)], nil))
			if w.Code != http.StatusOK {
				b.Fatal(w.Code, w.Body.String())
			}
		}
	})
}

func BenchmarkHome(b *testing.B) { benchmark(b, "/") }
func BenchmarkHomeVillage(b *testing.B) {
	benchmark(b, "/?ort=leeder", "/?ort=asch", "/?ort=apfeldorf")
}
func BenchmarkList(b *testing.B)     { benchmark(b, "/neues?art=event") }
func BenchmarkFeed(b *testing.B)     { benchmark(b, "/feeds/rss") }
func BenchmarkCalendar(b *testing.B) { benchmark(b, "/kalender") }
