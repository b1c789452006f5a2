package bulletin_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"

	"dorflinde/internal/bulletin"
)

func TestAPI(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.village1()
		_, api := humatest.New(t)
		r.API(api)
		for _, c := range []struct {
			address string
			status  int
			want    []string
		}{
			{"/api/v1/entries", 200, []string{"11111111-1111-7111-8111-111111111111", "22222222-2222-7222-8222-222222222222"}},
			{"/api/v1/entries?kind=event", 200, []string{"22222222-2222-7222-8222-222222222222"}},
			{"/api/v1/entries?kind=event,news&limit=1", 200, []string{"*"}},
			{"/api/v1/entries?publisher=musikverein-leeder", 200, []string{"22222222-2222-7222-8222-222222222222"}},
			{"/api/v1/entries?place=apfeldorf", 200, []string{"22222222-2222-7222-8222-222222222222"}},
			{"/api/v1/entries?topic=Abfall", 200, []string{"11111111-1111-7111-8111-111111111111"}},
			{"/api/v1/entries?q=Adventskonzert", 200, []string{"22222222-2222-7222-8222-222222222222"}},
			{"/api/v1/entries?bbox=11,48,12,49", 200, nil},
			{"/api/v1/entries?from=2026-11-23", 200, nil},
			{"/api/v1/entries?updated_since=2026-11-23T00:00:00Z", 200, nil},
			{"/api/v1/entries?from=soon", 422, nil},
			{"/api/v1/entries?publisher=nobody", 422, nil},
			{"/api/v1/entries?limit=501", 422, nil},
			{"/api/v1/entries?after=x", 422, nil},
			{"/api/v1/entries/unknown", 404, nil},
			{"/api/v1/entries/33333333-3333-7333-8333-333333333333", 404, nil},
		} {
			w := api.Get(c.address)
			if w.Code != c.status {
				t.Errorf("%s: %d: %s", c.address, w.Code, w.Body)
				continue
			}
			if c.status != http.StatusOK {
				continue
			}
			var list bulletin.ListJSON[bulletin.EntryJSON]
			if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || list.Items == nil {
				t.Errorf("%s: %v %s", c.address, err, w.Body)
			}
			if len(list.Items) != len(c.want) {
				t.Errorf("%s: %d items, want %d", c.address, len(list.Items), len(c.want))
				continue
			}
			for _, item := range list.Items {
				if c.want[0] != "*" && !strings.Contains(strings.Join(c.want, " "), item.ID) {
					t.Errorf("%s: %s should not be there", c.address, item.ID)
				}
			}
			if (list.Next != "") != strings.Contains(c.address, "limit=1") {
				t.Errorf("%s: next is %q", c.address, list.Next)
			}
		}
		w := api.Get("/api/v1/entries/22222222-2222-7222-8222-222222222222")
		var one bulletin.EntryJSON
		if err := json.Unmarshal(w.Body.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		if one.Publisher.Slug != "musikverein-leeder" || len(one.Times) != 1 || one.Start == nil || !one.Start.Equal(present.Add(26*time.Hour)) ||
			one.URL != "https://region.example/veranstaltungen/"+one.ID || w.Header().Get("ETag") == "" {
			t.Errorf("one entry: %s", w.Body)
		}
		var place struct{ Type string }
		if err := json.Unmarshal(one.Geometry, &place); err != nil || place.Type != "Point" {
			t.Errorf("geometry %s: %v", one.Geometry, err)
		}
	})
}
