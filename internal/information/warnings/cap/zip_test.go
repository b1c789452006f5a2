package cap_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"dorflinde/internal/information/warnings/cap"
)

func pack(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadZIPKeepsTheGoodFiles(t *testing.T) {
	raw := pack(t, map[string][]byte{
		"a.xml": read(t, "mowas.xml"), "folder/b.XML": read(t, "dwd.xml"), "broken.xml": []byte("<alert>\n<x"), "readme.txt": []byte("hello"),
	})
	alerts, err := cap.ReadZIP("warnings.zip", raw)
	var refused *cap.Error
	if len(alerts) != 2 || !errors.As(err, &refused) || refused.File != "warnings.zip/broken.xml" || refused.Line != 2 {
		t.Errorf("%d alerts, %v", len(alerts), err)
	}
}

func TestReadZIPRefuses(t *testing.T) {
	many := map[string][]byte{}
	for i := range 1001 {
		many[strconv.Itoa(i)+".xml"] = nil
	}
	noise := make([]byte, 30<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		raw []byte
		key string
	}{
		"no ZIP":    {[]byte("PK nothing"), "cap.zip"},
		"empty":     {nil, "cap.zip"},
		"many":      {pack(t, many), "cap.zip_entries"},
		"traversal": {pack(t, map[string][]byte{"../../etc/x.xml": nil}), "cap.zip_name"},
		"backslash": {pack(t, map[string][]byte{`a\..\..\x.xml`: nil}), "cap.zip_name"},
		"absolute":  {pack(t, map[string][]byte{"/etc/x.xml": nil}), "cap.zip_name"},
		"drive":     {pack(t, map[string][]byte{`C:\x.xml`: nil}), "cap.zip_name"},
		"bomb":      {pack(t, map[string][]byte{"a.xml": bytes.Repeat([]byte(" "), 10<<20)}), "cap.zip_ratio"},
		"large":     {pack(t, map[string][]byte{"a.xml": noise, "b.xml": noise}), "cap.zip_size"},
	} {
		alerts, err := cap.ReadZIP("x.zip", c.raw)
		var refused *cap.Error
		if len(alerts) != 0 || !errors.As(err, &refused) || refused.Key != c.key {
			t.Errorf("%s: %d alerts, %v", what, len(alerts), err)
		}
	}
}

// The directory of an archive can lie about the size of its files.
func TestReadZIPDoesNotBelieveDeclaredSizes(t *testing.T) {
	raw := pack(t, map[string][]byte{"a.xml": bytes.Repeat([]byte("<!-- nothing -->"), 4<<20)})
	at := bytes.LastIndex(raw, []byte("PK\x01\x02"))
	copy(raw[at+24:], []byte{1, 0, 0, 0})
	alerts, err := cap.ReadZIP("liar.zip", raw)
	if len(alerts) != 0 || err == nil {
		t.Errorf("%d alerts, %v", len(alerts), err)
	}
}

func TestRealDWDArchive(t *testing.T) {
	found, err := filepath.Glob("../../../../../shared/data/cap/*.zip")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Skip("no reference data: ../shared/data/cap is absent")
	}
	raw, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	alerts, err := cap.ReadZIP("dwd.zip", raw)
	if err != nil || len(alerts) != 3 {
		t.Fatalf("%d alerts, %v", len(alerts), err)
	}
	updates := 0
	for _, a := range alerts {
		if len(a.Languages()) != 8 || !a.Public() || a.Expires().IsZero() {
			t.Errorf("%s: languages %q", a.Identifier, a.Languages())
		}
		updates += len(a.Replaces())
		de, ok := a.Info("de")
		if !ok || de.Code("II") == "" || !strings.HasPrefix(de.Headline, "Amtliche") || len(de.Areas[0].Polygons) == 0 {
			t.Errorf("%s: %+v", a.Identifier, de.Headline)
		}
		if got := touched(t, a); len(got) != 0 {
			t.Errorf("a warning for northern Germany touches %v", got)
		}
		bovenden := strings.Contains(a.Identifier, "fe90b61b")
		if bovenden && !a.Touches(cap.Place{AGS: "03159007"}) {
			t.Errorf("%s names Bovenden", a.Identifier)
		}
	}
	if updates != 2 {
		t.Errorf("%d replaced messages, want 2", updates)
	}
}
