package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/clock"
	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/id"
	"dorflinde/internal/platform/web"
)

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func newStore(t *testing.T, d *db.DB) *Store {
	t.Helper()
	c := clock.At(now)
	s, err := New(d, filepath.Join(t.TempDir(), "media"), c, id.NewV7(c.Now))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func migrations() db.Migrations { return db.Migrations{Name: "media", Files: Migrations} }

// canary is hidden data that must never come out again.
const canary = "GPS-CANARY-47.9412-10.8653"

// sketch is red on the left and blue on the right.
func sketch(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 220, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 220, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an Exif block with an orientation and a position behind the
// start of a JPEG.
func withExif(data []byte, orientation uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("MM")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II")
	}
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1) // entries
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3) // SHORT
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = order.AppendUint16(tiff, 0)
	tiff = order.AppendUint32(tiff, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, canary...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	segment = append(segment, body...)
	return append(append(append([]byte{}, data[:2]...), segment...), data[2:]...)
}

func TestPicturesAreRedrawnWithoutHiddenData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStore(t, d)
		ctx := context.Background()
		data := withExif(jpegOf(t, sketch(2400, 1200)), 1, binary.BigEndian)
		if !bytes.Contains(data, []byte(canary)) {
			t.Fatal("the picture should carry the canary")
		}
		f, err := s.AddPicture(ctx, "org-1", `C:\Fotos\Dorffest "2026".jpg`, bytes.NewReader(append(data, canary...)))
		if err != nil {
			t.Fatal(err)
		}
		if f.Width != 1600 || f.Height != 800 || f.Type != "image/jpeg" || f.Name != "Dorffest 2026.jpg" || f.OwnerID != "org-1" {
			t.Errorf("kept %+v", f)
		}
		got, err := s.Get(ctx, f.ID)
		if err != nil || got != f {
			t.Errorf("read back %+v, %v; want %+v", got, err, f)
		}
		for suffix, side := range map[string]int{"": 1600, ".small": 640} {
			kept, err := os.ReadFile(s.path(f.ID) + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(kept, []byte(canary)) || bytes.Contains(kept, []byte("Exif")) {
				t.Errorf("%q still carries hidden data", suffix)
			}
			if c, _, err := image.DecodeConfig(bytes.NewReader(kept)); err != nil || c.Width != side {
				t.Errorf("%q is %d wide (%v), want %d", suffix, c.Width, err, side)
			}
		}
		if err := s.Remove(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, f.ID); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("a removed file is still known: %v", err)
		}
		if _, err := os.Stat(s.path(f.ID)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the bytes of a removed file are still there: %v", err)
		}
	}, migrations())
}

// TestOrientation: the red half lies where a viewer that honours the tag shows it.
func TestOrientation(t *testing.T) {
	for _, tt := range []struct {
		orientation uint16
		tall        bool
		redX, redY  float64 // where red must be, as a share of the sides
	}{
		{1, false, 0.1, 0.5}, {2, false, 0.9, 0.5}, {3, false, 0.9, 0.5}, {4, false, 0.1, 0.5},
		{5, true, 0.5, 0.1}, {6, true, 0.5, 0.1}, {7, true, 0.5, 0.9}, {8, true, 0.5, 0.9},
		{0, false, 0.1, 0.5}, {9, false, 0.1, 0.5}, {65535, false, 0.1, 0.5},
	} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			large, _, err := redraw(withExif(jpegOf(t, sketch(400, 200)), tt.orientation, order))
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(large.data))
			if err != nil {
				t.Fatal(err)
			}
			b := img.Bounds()
			if tall := b.Dy() > b.Dx(); tall != tt.tall || large.width != b.Dx() || large.height != b.Dy() {
				t.Errorf("orientation %d: %v, recorded %d × %d", tt.orientation, b, large.width, large.height)
			}
			r, _, blue, _ := img.At(int(tt.redX*float64(b.Dx())), int(tt.redY*float64(b.Dy()))).RGBA()
			if r < 0xa000 || blue > 0x4000 {
				t.Errorf("orientation %d (%v): not red where it should be", tt.orientation, order)
			}
		}
	}
}

// pngHeader is the beginning of a PNG that claims to be of that size.
func pngHeader(w, h uint32) []byte {
	chunk := append([]byte("IHDR"), 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0)
	binary.BigEndian.PutUint32(chunk[4:], w)
	binary.BigEndian.PutUint32(chunk[8:], h)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
}

func TestRefusedPictures(t *testing.T) {
	s := newStore(t, dbtest.SQLite(t, migrations()))
	whole := jpegOf(t, sketch(64, 64))
	for _, tt := range []struct {
		name string
		data []byte
		kind fault.Kind
		key  string
	}{
		{"a pixel bomb", pngHeader(50_000, 50_000), fault.KindInvalid, "media.pixels"},
		{"the largest sizes there are", pngHeader(1<<31-1, 1<<31-1), fault.KindInvalid, "media.picture"},
		{"one line of a billion", pngHeader(1_000_000_000, 1), fault.KindInvalid, "media.pixels"},
		{"cut in the middle", whole[:len(whole)/2], fault.KindInvalid, "media.picture"},
		{"SVG with script", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), fault.KindInvalid, "media.picture"},
		{"HTML that calls itself GIF", []byte("GIF89a<script>alert(1)</script>"), fault.KindInvalid, "media.pixels"},
		{"a PDF", []byte("%PDF-1.7 …"), fault.KindInvalid, "media.picture"},
		{"nothing", nil, fault.KindInvalid, "media.empty"},
		{"too many bytes", make([]byte, MaxPicture+1), fault.KindTooLarge, "media.large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := s.AddPicture(context.Background(), "o", "x.jpg", bytes.NewReader(tt.data))
			found := fault.All(err)
			if len(found) != 1 || found[0].Kind != tt.kind || found[0].Key != tt.key {
				t.Errorf("got %v", err)
			}
		})
	}
	if files := kept(t, s); len(files) > 0 {
		t.Errorf("refused uploads left files: %v", files)
	}
}

func kept(t *testing.T, s *Store) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFormats(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 50, 50)) // all transparent
	var pngClear, pngOpaque, gifData bytes.Buffer
	for _, err := range []error{
		png.Encode(&pngClear, clear), png.Encode(&pngOpaque, sketch(50, 20)), gif.Encode(&gifData, sketch(50, 20), nil),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name string
		data []byte
		kind string
	}{
		{"transparent PNG stays PNG", pngClear.Bytes(), "image/png"},
		{"opaque PNG becomes JPEG", pngOpaque.Bytes(), "image/jpeg"},
		{"GIF becomes JPEG", gifData.Bytes(), "image/jpeg"},
		{"a thin strip", jpegOf(t, sketch(3000, 1)), "image/jpeg"},
	} {
		large, small, err := redraw(tt.data)
		if err != nil || large.kind != tt.kind || small.width < 1 || small.height < 1 || large.width > largeSide {
			t.Errorf("%s: %s %d × %d, %v", tt.name, large.kind, large.width, large.height, err)
		}
	}
}

func TestAttachments(t *testing.T) {
	s := newStore(t, dbtest.SQLite(t, migrations()))
	for _, tt := range []struct {
		name, body, want string // want is the media type, empty for refused
	}{
		{"Plan.PDF", "%PDF-1.7", "application/pdf"},
		{"termine.ics", "\ufeffBEGIN:VCALENDAR\r\n", "text/calendar"},
		{"weg.gpx", "<?xml version=\"1.0\"?>", "application/gpx+xml"},
		{"brief.odt", "PK\x03\x04…", "application/vnd.oasis.opendocument.text"},
		{"plan.pdf", "<script>alert(1)</script>", ""},
		{"seite.html", "<html>", ""},
		{"bild.svg", "<?xml version=\"1.0\"?><svg/>", ""},
		{"programm.exe", "MZ", ""},
		{"plan.pdf.exe", "%PDF-1.7", ""},
		{"ohne", "%PDF-1.7", ""},
		{"leer.pdf", "", ""},
	} {
		f, err := s.AddAttachment(context.Background(), "o", tt.name, strings.NewReader(tt.body))
		if f.Type != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v; want %q", tt.name, f.Type, err, tt.want)
		}
		if err != nil && fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%s: %v is no sentence for people", tt.name, err)
		}
	}
	if _, err := s.AddAttachment(context.Background(), "o", "x.pdf", io.LimitReader(endless{}, MaxAttachment+2)); fault.KindOf(err) != fault.KindTooLarge {
		t.Errorf("too large: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "%PDF-"), nil }

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"Foto.jpg":                 "Foto.jpg",
		"../../etc/passwd":         "passwd",
		`..\..\windows\system.ini`: "system.ini",
		"a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie x=1.pdf",
		`x"; filename="y.exe`:      "x; filename=y.exe",
		"<script>.pdf":             "script.pdf",
		".htaccess":                "htaccess",
		"..":                       "file",
		"":                         "file",
		"\x00":                     "file",
		"Stra\u00dfenfest.pdf":     "Straßenfest.pdf",
		"exe.\u202egpj.pdf":        "exe.gpj.pdf",
		"kaputt\xff.pdf":           "kaputt.pdf",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
	}
	if got := cleanName(strings.Repeat("ä", 500) + ".pdf"); len([]rune(got)) != 120 || !strings.HasSuffix(got, ".pdf") {
		t.Errorf("long name: %d characters", len([]rune(got)))
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"a.pdf", "../x", "\r\n", "\u202e", "\xff", "///"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := cleanName(name)
		if got == "" || strings.ContainsAny(got, "/\\\r\n\x00\"") || len([]rune(got)) > 120 || strings.HasPrefix(got, ".") {
			t.Errorf("%q became %q", name, got)
		}
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08"))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := orientation(data); o < 0 || o > 65535 {
			t.Errorf("orientation %d", o)
		}
	})
}

func TestServing(t *testing.T) {
	s := newStore(t, dbtest.SQLite(t, migrations()))
	ctx := context.Background()
	picture, err := s.AddPicture(ctx, "o", "a.jpg", bytes.NewReader(jpegOf(t, sketch(900, 300))))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := s.AddAttachment(ctx, "o", "Straßenplan;x.pdf", strings.NewReader("%PDF-1.7 <script>"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.NewServer(web.Options{
		Routes:    s.Routes(),
		Prepare:   func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) { return r, nil },
		Authorize: func(*http.Request, web.Access) error { return nil },
		Validator: func(*http.Request) string { return "" },
		Failure:   func(w http.ResponseWriter, _ *http.Request, status int, _ error) { w.WriteHeader(status) },
		Logger:    slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, headers ...string) *http.Response {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		return w.Result()
	}
	for _, tt := range []struct {
		path    string
		status  int
		headers map[string]string
	}{
		{picture.URL(false), 200, map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin",
			"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "",
		}},
		{picture.URL(true), 200, map[string]string{"Content-Type": "image/jpeg"}},
		{plan.URL(true), 200, map[string]string{
			"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
			"Content-Disposition": `attachment; filename="Stra_enplan;x.pdf"; filename*=UTF-8''Stra%C3%9Fenplan%3Bx.pdf`,
		}},
		{plan.URL(false) + "/klein", 404, nil}, // there is no small plan
		{"/medien/" + strings.Repeat("0", 36), 404, nil},
		{"/medien/..%2f..%2fetc%2fpasswd", 404, nil},
		{"/medien/0192f000-0000-7000-8000-000000000000", 404, nil},
	} {
		res := get(tt.path)
		if res.StatusCode != tt.status {
			t.Errorf("%s: %d, want %d", tt.path, res.StatusCode, tt.status)
		}
		for name, want := range tt.headers {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", tt.path, name, got, want)
			}
		}
	}
	tag := get(picture.URL(false)).Header.Get("Etag")
	if res := get(picture.URL(false), "If-None-Match", tag); res.StatusCode != http.StatusNotModified {
		t.Errorf("conditional: %d", res.StatusCode)
	}
	if small := get(picture.URL(true)).Header.Get("Etag"); small == tag {
		t.Error("both sizes have the same tag")
	}
	if res := get(picture.URL(false), "Range", "bytes=0-9"); res.StatusCode != http.StatusPartialContent || res.ContentLength != 10 {
		t.Errorf("range: %d, %d bytes", res.StatusCode, res.ContentLength)
	}
}
