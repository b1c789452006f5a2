package transfer

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever a stranger's file holds, nothing is written outside the folder.
func FuzzUnpack(f *testing.F) {
	var whole bytes.Buffer
	p := newPacker(&whole, time.Unix(0, 0).UTC())
	if err := p.head(Head{Format: formatName, Engine: "sqlite"}); err != nil {
		f.Fatal(err)
	}
	if err := p.close(); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(bytes.ReplaceAll(whole.Bytes(), []byte("backup.json"), []byte("../up.json\x00")))
	f.Add([]byte("no tar"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		around := t.TempDir()
		dir := filepath.Join(around, "in")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h, err := unpack(bytes.NewReader(raw), dir)
		if err == nil && h.Format != formatName {
			t.Errorf("took the format %q", h.Format)
		}
		walked := filepath.WalkDir(around, func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(dir, path)
			if err == nil && !d.IsDir() && !members.MatchString(filepath.ToSlash(name)) {
				t.Errorf("wrote %s", path)
			}
			return err
		})
		if walked != nil {
			t.Error(walked)
		}
	})
}

func TestPackedIsUnpacked(t *testing.T) {
	var whole bytes.Buffer
	p := newPacker(&whole, time.Unix(0, 0).UTC())
	want := Head{Format: formatName, Engine: "sqlite", Region: "Lechrain", Created: time.Unix(0, 0).UTC(), Steps: []string{"a/1"}}
	if err := p.head(want); err != nil {
		t.Fatal(err)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	got, err := unpack(&whole, t.TempDir())
	if err != nil || got.Region != want.Region || len(got.Steps) != 1 {
		t.Errorf("%+v %v", got, err)
	}
}
