package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// served starts "serve" in this process and returns its address; stopping is
// part of the test.
func served(t *testing.T, data string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	read, out := io.Pipe()
	var log lockedBuffer
	done := make(chan int, 1)
	addr := freeAddr(t)
	go func() {
		done <- run(console{ctx: ctx, out: out, err: &log}, []string{"serve", "--data", data, "--addr", addr})
	}()
	first := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(read)
		if lines.Scan() {
			first <- lines.Text()
		}
		if _, err := io.Copy(io.Discard, read); err != nil {
			t.Log(err)
		}
	}()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("serve ended with %d: %s", code, log.String())
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	})
	select {
	case line := <-first:
		if !strings.Contains(line, "http://"+addr) {
			t.Errorf("serve says %q", line)
		}
	case code := <-done:
		done <- code
		t.Fatalf("serve ended with %d: %s", code, log.String())
	}
	return "http://" + addr
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func get(t *testing.T, client *http.Client, address string) (int, string) {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestOwnRegionFromInitToSignIn(t *testing.T) {
	data := newRegion(t)
	base := served(t, data)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	for path, holds := range map[string]string{
		"/": "Region Lechrain", "/kalender": "</html>", "/karte": "</html>", "/suche?q=linde": "</html>", "/feeds/rss": "<rss",
		"/calendar.ics": "BEGIN:VCALENDAR", "/api/v1/entries": `"items"`, "/organisationen/gemeinde-fuchstal": "Gemeinde Fuchstal",
	} {
		if status, body := get(t, client, base+path); status != 200 || !strings.Contains(body, holds) {
			t.Errorf("%s: %d, without %q", path, status, holds)
		}
	}
	// The link of the command line signs in beside the running server.
	var who account
	mustJSON(t, &who, "user", "link", "betrieb@example.org", "--data", data)
	path := regexp.MustCompile(`/anmelden/link/.+$`).FindString(who.Link)
	answer, err := client.PostForm(base+path, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if status, body := get(t, client, base+"/konto"); status != 200 || !strings.Contains(body, "betrieb@example.org") {
		t.Errorf("signed in by link, /konto answers %d", status)
	}
	// What a command changes the running server knows: the session has ended.
	must(t, "user", "block", "betrieb@example.org", "--data", data)
	waitFor(t, func() bool {
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		status, _ := get(t, client, base+"/konto")
		return status == http.StatusSeeOther
	})
	// A token lets a club's website write, and the entry is on the home page.
	var token struct{ Token string }
	mustJSON(t, &token, "token", "--as", "gemeinde-fuchstal", "--scope", "write", "--data", data)
	post(t, base+"/api/v1/news", token.Token, `{"title":"Die Linde blüht","text":"Bitte schauen Sie vorbei."}`)
	waitFor(t, func() bool {
		_, body := get(t, http.DefaultClient, base+"/")
		return strings.Contains(body, "Die Linde blüht")
	})
}

func post(t *testing.T, address, token, body string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		said, err := io.ReadAll(answer.Body)
		t.Fatalf("%s: %d %s %v", address, answer.StatusCode, said, err)
	}
}

func TestInitFromFile(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	from := file(t, "region.json", `{
		"region": {"name": "Auerberg", "land": "DE-BY"},
		"municipalities": [{
			"name": "Markt Linden", "ags": "09181999", "colour": "#1f6b4a", "hosts": ["linden.example.org"],
			"boundary": {"type": "Polygon", "coordinates": [[[10.8,47.8],[10.9,47.8],[10.9,47.9],[10.8,47.9],[10.8,47.8]]]},
			"villages": [{"name": "Dorf", "streets": ["Am Bach", {"name": "Lechstraße", "centre": [10.85, 47.85]}]}]
		}, {"name": "Oberau", "centre": [10.95, 47.85], "villages": [{"name": "Dorf"}]}]
	}`)
	var out made
	mustJSON(t, &out, "init", "--data", data, "--from", from, "--operator-email", "Betrieb@Example.org")
	if out.Region != "Auerberg" || len(out.Organisations) != 2 || out.Organisations[0].Name != "Markt Linden" || out.Organisations[1].Name != "Gemeinde Oberau" {
		t.Errorf("got %+v", out)
	}
	if out.Operator == nil || out.Operator.Email != "betrieb@example.org" || !out.Operator.Operator || !strings.Contains(out.Operator.Link, "/anmelden/link/") {
		t.Errorf("operator %+v", out.Operator)
	}
	if code, _, wrong := call(t, "init", "--data", data, "--from", from); code != 1 || !strings.Contains(wrong, `there is a region already, "Auerberg"`) {
		t.Errorf("second init: %d %s", code, wrong)
	}
	must(t, "check", "--data", data)
}

func TestRefusedInitLeavesNothing(t *testing.T) {
	for name, flags := range map[string][]string{
		"AGS":      {"--name", "R", "--land", "DE-BY", "--municipality", "Au;123;10.8;47.9", "--operator-email", "a@example.org"},
		"password": {"--name", "R", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9", "--operator-email", "a@example.org", "--operator-password-file", file(t, "w", "kurz")},
		"twice":    {"--name", "R", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9", "--municipality", "Au;09181125;10.8;47.9"},
	} {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			code, out, wrong := call(t, append([]string{"init", "--data", data}, flags...)...)
			if code != 1 || wrong == "" || out != "" {
				t.Errorf("%d %q %q", code, out, wrong)
			}
			if _, err := os.Stat(data); !os.IsNotExist(err) {
				t.Errorf("something stays in %s: %v", data, err)
			}
			t.Log(fmt.Sprint(wrong))
		})
	}
}
