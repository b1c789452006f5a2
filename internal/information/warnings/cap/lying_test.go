package cap_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"testing"
	"time"

	"dorflinde/internal/information/warnings/cap"
)

// TestEntriesThatLieAboutTheirSize: a ZIP whose directory promises a few bytes
// per file must not be unpacked up to the limit for each of them.
func TestEntriesThatLieAboutTheirSize(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(make([]byte, 49<<20))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 40 {
		entry, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("%d.xml", i), Method: zip.Deflate,
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: 1000})
		if err == nil {
			_, err = entry.Write(packed.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	alerts, err := cap.ReadZIP("a.zip", b.Bytes())
	if err == nil || len(alerts) > 0 {
		t.Errorf("%d alerts, %v", len(alerts), err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %s", took)
	}
}
