package news

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dorflinde/internal/bulletin/bulletintest"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/privacy"
)

// rig is the capability in a house with a municipality and a club.
type rig struct {
	*bulletintest.House
	*service
	t testing.TB
}

var migrations = bulletintest.Migrations(db.Migrations{Name: "news", Files: Files})

// each runs a test on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { run(t, newRig(t, d)) }, migrations...)
}

func newRig(t testing.TB, d *db.DB) *rig {
	t.Helper()
	h := bulletintest.New(t, d)
	h.AddClub()
	h.Open(New(h.Kit), Messages)
	return &rig{House: h, service: newService(h.Kit), t: t}
}

// must ends a test that cannot go on.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// form is a complete form of the club; pairs change it.
func (r *rig) form(action string, pairs ...string) url.Values {
	v := url.Values{
		"publisher": {r.Orgs["musikverein-leeder"]}, "action": {action}, "title": {"Probe fällt aus"},
		"text": {"Am Freitag ist keine Probe.\n\nWir sehen uns am Sonntag."}, "version": {"0"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// written posts a new form and gives the id of what was stored.
func (r *rig) written(actor, action string, pairs ...string) string {
	r.t.Helper()
	a := r.Post(actor, writePath, r.form(action, pairs...))
	if a.Status != http.StatusSeeOther {
		r.t.Fatalf("%s %s: %d %s", actor, action, a.Status, bulletintest.Problems(a.Body))
	}
	return strings.Split(strings.TrimPrefix(a.Location, "/aktuelles/"), "/")[0]
}

func (r *rig) stored(newsID string) News {
	r.t.Helper()
	n, err := r.load(context.Background(), newsID)
	must(r.t, err)
	return n
}

func dbSQLite(t testing.TB) *db.DB {
	t.Helper()
	return dbtest.SQLite(t, migrations...)
}

// multipart makes a form with files: pairs of field and name, with the bytes.
func multi(t testing.TB, form url.Values, files map[string]struct {
	name string
	data []byte
}) (string, io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, value := range values {
			must(t, w.WriteField(name, value))
		}
	}
	for field, file := range files {
		part, err := w.CreateFormFile(field, file.name)
		must(t, err)
		_, err = part.Write(file.data)
		must(t, err)
	}
	must(t, w.Close())
	return w.FormDataContentType(), &b
}

func picture(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))))
	return b.Bytes()
}

func eraseAccount(tx *db.Tx, tables []privacy.Table, account string) error {
	return privacy.EraseAccount(tx, tables, account)
}
