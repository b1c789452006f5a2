package web

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var declaration = regexp.MustCompile(`(?m)^\s*(--[a-z-]+):\s*([^;]+);`)

// themes reads the three palettes of tokens.css: light, chosen dark, device dark.
func themes(t *testing.T) (light, chosen, device map[string]string) {
	t.Helper()
	raw, err := os.ReadFile("styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.SplitN(string(raw), "\n}\n", 4)
	if len(blocks) != 4 {
		t.Fatalf("tokens.css has %d rules, not light, dark, device dark, names", len(blocks))
	}
	read := func(text string) map[string]string {
		found := map[string]string{}
		for _, d := range declaration.FindAllStringSubmatch(text, -1) {
			found[d[1]] = strings.TrimSpace(d[2])
		}
		return found
	}
	return read(blocks[0]), read(blocks[1]), read(blocks[2])
}

func TestBothDarkPalettesAgree(t *testing.T) {
	light, chosen, device := themes(t)
	if len(chosen) != len(light) || len(device) != len(light) {
		t.Errorf("light has %d colours, chosen dark %d, device dark %d", len(light), len(chosen), len(device))
	}
	for name, value := range chosen {
		if device[name] != value {
			t.Errorf("%s is %s when chosen, %s by device", name, value, device[name])
		}
	}
}

// WCAG 2.2, 1.4.3: text 4.5:1; 1.4.11: borders of fields and signs 3:1.
func TestColoursCanBeRead(t *testing.T) {
	pairs := []struct {
		front, back string
		least       float64
	}{
		{"--ink", "--paper", 7}, {"--ink", "--card", 7}, {"--soft", "--paper", 4.5}, {"--soft", "--card", 4.5},
		{"--leaf", "--paper", 4.5}, {"--leaf", "--card", 4.5}, {"--leaf-deep", "--leaf-tint", 4.5}, {"--on-leaf", "--leaf", 4.5}, {"--on-leaf", "--leaf-deep", 4.5},
		{"--honey-deep", "--honey-tint", 4.5}, {"--honey-deep", "--card", 4.5}, {"--sky-deep", "--sky-tint", 4.5}, {"--red-deep", "--red-tint", 4.5}, {"--red", "--red-tint", 4.5}, {"--red-deep", "--paper", 4.5},
		{"--on-red", "--red", 4.5}, {"--on-red", "--red-deep", 4.5}, {"--ink", "--leaf-tint", 4.5}, {"--ink", "--honey-tint", 4.5}, {"--ink", "--red-tint", 4.5}, {"--ink", "--sky-tint", 4.5},
		{"--edge", "--card", 3}, {"--edge", "--paper", 3}, {"--honey", "--paper", 3}, {"--honey", "--card", 3}, {"--sky", "--sky-tint", 3}, {"--leaf", "--leaf-tint", 3}, {"--honey", "--honey-tint", 3},
	}
	light, dark, _ := themes(t)
	for scheme, colours := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, p := range pairs {
			if got := contrast(t, colours[p.front], colours[p.back]); got < p.least {
				t.Errorf("%s: %s on %s has %.2f:1, needs %.1f:1", scheme, p.front, p.back, got, p.least)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	digits := strings.TrimPrefix(hex, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(digits[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", hex, err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestDrawingsAreSmallAndHarmless(t *testing.T) {
	for _, folder := range []string{"scenes", "arms", "icons"} {
		files, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if folder == "scenes" && len(files) < 14 {
			t.Errorf("only %d scenes", len(files))
		}
		for _, f := range files {
			body, err := os.ReadFile(folder + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			if len(body) > 4096 {
				t.Errorf("%s/%s has %d bytes, at most 4096", folder, f.Name(), len(body))
			}
			for _, bad := range []string{"<script", "href", "onload", "<image", "url(http"} {
				if strings.Contains(string(body), bad) {
					t.Errorf("%s/%s contains %s", folder, f.Name(), bad)
				}
			}
		}
	}
}

func TestAcceptEncoding(t *testing.T) {
	for header, want := range map[string]bool{
		"br": true, "gzip, br": true, "gzip, BR;q=0.5": true, "br;q=0": false, "br; q=0.0, gzip": false, "": false, "gzip": false, "brotli": false,
	} {
		if got := accepts(header, "br"); got != want {
			t.Errorf("accepts(%q, br) = %v", header, got)
		}
	}
}

func TestUnknownAsset(t *testing.T) {
	if got := Asset("no-such.css"); got != "/static/no-such.css" {
		t.Errorf("Asset = %s", got)
	}
	for _, path := range []string{"/static/no-such.css", "/static/../embed.go", "/static/manifest.json", "/static/"} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/static/x", nil)
		r.URL.Path = path
		Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

// TestServing runs on the built bundle; without one it holds that pages still
// get addresses and honest answers.
func TestServing(t *testing.T) {
	if Check() != nil {
		if Has("app.css") || Asset("app.css") != "/static/app.css" {
			t.Error("assets without a bundle")
		}
		return
	}
	server := httptest.NewServer(Handler())
	defer server.Close()
	for _, c := range []struct {
		name, accept, encoding, kind string
		limit                        int // bytes on the wire
	}{
		{"app.css", "gzip, deflate, br", "br", "text/css; charset=utf-8", 14 << 10},
		{"app.css", "gzip", "gzip", "text/css; charset=utf-8", 14 << 10},
		{"app.js", "gzip", "gzip", "text/javascript; charset=utf-8", 8 << 10},
		{"app.js", "", "", "text/javascript; charset=utf-8", 20 << 10},
		{"fira-sans-latin-400-normal.woff2", "br", "", "font/woff2", 30 << 10},
		{"icons/leaf.svg", "", "", "image/svg+xml", 4 << 10},
		{"icon-512.png", "br", "", "image/png", 30 << 10},
		{"licenses.txt", "br", "br", "text/plain; charset=utf-8", 40 << 10},
	} {
		t.Run(c.name+" "+c.accept, func(t *testing.T) {
			res := fetch(t, server.URL+Asset(c.name), c.accept, "")
			if got := res.Header.Get("Content-Encoding"); got != c.encoding {
				t.Errorf("encoding %q, want %q", got, c.encoding)
			}
			if got := res.Header.Get("Content-Type"); got != c.kind {
				t.Errorf("type %q", got)
			}
			if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
				t.Errorf("cache %q", got)
			}
			if res.ContentLength > int64(c.limit) || res.ContentLength <= 0 {
				t.Errorf("%d bytes, at most %d", res.ContentLength, c.limit)
			}
			again := fetch(t, server.URL+Asset(c.name), c.accept, res.Header.Get("ETag"))
			if again.StatusCode != http.StatusNotModified {
				t.Errorf("second answer %d", again.StatusCode)
			}
		})
	}
	plain := fetch(t, server.URL+"/static/app.css", "", "")
	if got := plain.Header.Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("plain address: cache %q", got)
	}
}

func fetch(t *testing.T, url, accept, tag string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", accept)
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return res
}

func ExampleAsset() {
	fmt.Println(strings.HasPrefix(Asset("app.css"), Prefix))
	// Output: true
}
