package benchmark

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Options of a whole measurement.
type Options struct {
	Binary   string // the program to measure
	Dir      string // an empty folder for the regions
	District bool   // also search over 200,000 entries, which takes minutes to fill
	Log      io.Writer
	// Lighthouse is the script that asks Lighthouse for its scores; empty
	// leaves them out.
	Lighthouse string
}

// Line is one measured figure beside its goal.
type Line struct {
	What, Goal, Measured string
	Met                  bool
}

// connections as the goals name them.
const (
	readers = 64
	writers = 32
)

type run struct {
	Options
	ctx   context.Context
	bare  float64 // requests per second of the bare handler
	lines []Line
}

// Measure runs everything and returns the figures in the order of the goals.
func Measure(ctx context.Context, o Options) ([]Line, error) {
	r := &run{Options: o, ctx: ctx}
	steps := []struct {
		name string
		do   func() error
	}{
		{"bare handler", r.measureBare}, {"region of 10,000 entries", r.measureRegion},
	}
	if o.District {
		steps = append(steps, struct {
			name string
			do   func() error
		}{"district of 200,000 entries", r.measureDistrict})
	}
	for _, s := range steps {
		r.say("%s …", s.name)
		if err := s.do(); err != nil {
			return r.lines, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return r.lines, nil
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Log, format+"\n", args...) }

func (r *run) add(met bool, what, goal, measured string, args ...any) {
	l := Line{What: what, Goal: goal, Measured: fmt.Sprintf(measured, args...), Met: met}
	r.lines = append(r.lines, l)
	r.say("  %s: %s (goal %s)", l.What, l.Measured, l.Goal)
}

func (r *run) measureBare() error {
	addr, err := FreeAddr(r.ctx)
	if err != nil {
		return err
	}
	p, err := Start(r.ctx, addr, "/", r.Binary, "bench", "--bare", addr)
	if err != nil {
		return err
	}
	result, err := r.get(addr, "/", readers, http.StatusOK)
	r.bare = result.PerSecond
	r.add(true, "bare net/http handler, 64 connections", "the yardstick", "%s", result)
	return errors.Join(err, p.Stop())
}

// get measures one address after a short warm-up.
func (r *run) get(addr, path string, connections, want int, headers ...string) (Result, error) {
	request := Get(addr, path, headers...)
	load := Load{Addr: addr, Connections: connections, For: time.Second, Want: want,
		Request: func(int, int) []byte { return request }}
	if _, err := load.Run(r.ctx); err != nil {
		return Result{}, err
	}
	load.For = 6 * time.Second
	return load.Run(r.ctx)
}

// region fills a demo folder and leaves it for serve.
func (r *run) region(size string) (dir string, err error) {
	dir = filepath.Join(r.Dir, size)
	addr, err := FreeAddr(r.ctx)
	if err != nil {
		return "", err
	}
	begin := time.Now()
	p, err := Start(r.ctx, addr, "/healthz", r.Binary, "demo", "--size", size, "--data", dir, "--addr", addr)
	if err != nil {
		return "", err
	}
	r.say("  filled in %s", time.Since(begin).Round(time.Second))
	return dir, p.Stop()
}

func (r *run) measureRegion() error {
	dir, err := r.region("region")
	if err != nil {
		return err
	}
	if err := r.measureImport(dir); err != nil {
		return err
	}
	addr, err := FreeAddr(r.ctx)
	if err != nil {
		return err
	}
	p, err := Start(r.ctx, addr, "/", r.Binary, "serve", "--data", dir, "--addr", addr)
	if err != nil {
		return err
	}
	return errors.Join(r.measureServer(p, dir), p.Stop())
}

func (r *run) measureServer(p *Process, dir string) error {
	r.add(p.Answered < 200*time.Millisecond, "start to first answer, existing database", "under 200 ms", "%s", p.Answered.Round(time.Millisecond))
	now, _, err := p.Memory()
	if err != nil {
		return err
	}
	r.add(now < 60<<20, "resident memory, idle", "under 60 MB", "%d MB", now>>20)
	for _, step := range []func(*Process) error{r.measureHome, r.measureConditional, r.measureMemory, r.measureSearch(10_000, 20*time.Millisecond), r.measureFirstVisit, r.measureLighthouse} {
		if err := step(p); err != nil {
			return err
		}
	}
	return r.measureWrites(p, dir)
}

func (r *run) measureHome(p *Process) error {
	result, err := r.get(p.Addr, "/", readers, http.StatusOK)
	share := result.PerSecond / r.bare * 100
	r.add(share >= 20 && result.Wrong == 0, "home feed, 20 entries, 64 connections", "at least 20 % of bare", "%.0f %% (%s)", share, result)
	r.add(result.P99 < 30*time.Millisecond, "home feed, p99", "under 30 ms", "%s", result.P99.Round(10*time.Microsecond))
	return err
}

func (r *run) measureConditional(p *Process) error {
	res, err := fetch(r.ctx, p.Addr, "/", "")
	if err != nil {
		return err
	}
	tag := res.Header.Get("Etag")
	result, err := r.get(p.Addr, "/", readers, http.StatusNotModified, "If-None-Match: "+tag)
	if err == nil && result.Wrong > result.Requests/10 { // the minute turned over: once more
		if res, err = fetch(r.ctx, p.Addr, "/", ""); err == nil {
			result, err = r.get(p.Addr, "/", readers, http.StatusNotModified, "If-None-Match: "+res.Header.Get("Etag"))
		}
	}
	share := result.PerSecond / r.bare * 100
	r.add(share >= 60, "home feed, conditional GET", "at least 60 % of bare", "%.0f %% (%s)", share, result)
	return err
}

func (r *run) measureMemory(p *Process) error {
	request := Get(p.Addr, "/")
	load := Load{Addr: p.Addr, Connections: readers, Requests: 100_000, Want: http.StatusOK, Request: func(int, int) []byte { return request }}
	if _, err := load.Run(r.ctx); err != nil {
		return err
	}
	now, peak, err := p.Memory()
	r.add(now < 150<<20, "resident memory after 100,000 requests", "under 150 MB", "%d MB (peak %d MB)", now>>20, peak>>20)
	return err
}

// questions are what people of a village look for: common words, rare ones,
// compounds, typing errors, beginnings of words, nothing.
var questions = []string{
	"feuerwehr", "gemeinde", "musik", "fest", "termin", "strasse", "stra%C3%9Fe", "muell", "m%C3%BCll", "wertstoffhof", "wertstofhof",
	"blaskapelle", "kapelle", "kinder", "senioren", "adventskonzert", "adventsmarkt", "gottesdienst", "sperrung", "wasser", "energie",
	"gemeinderat", "sitzung", "bauplatz", "hund", "kindergarten", "schule", "feu", "mus", "weihnacht", "turnen", "fussball", "fu%C3%9Fball",
	"theater", "landjugend", "maibaum", "flohmarkt", "blutspende", "impfung", "apotheke", "arzt", "b%C3%A4cker", "baecker", "dorfladen",
	"freiwillige+feuerwehr", "leeder+fest", "asch+musik", "jahreshauptversammlung", "generalversamlung", "xyzzyq",
}

func (r *run) measureSearch(entries int, goal time.Duration) func(*Process) error {
	return func(p *Process) error {
		load := Load{Addr: p.Addr, Connections: 1, Requests: 1000, Want: http.StatusOK, Request: func(_, n int) []byte {
			return Get(p.Addr, "/suche?q="+questions[n%len(questions)])
		}}
		result, err := load.Run(r.ctx)
		r.add(result.P99 < goal && result.Wrong == 0, fmt.Sprintf("search page over %d entries, one client, p99", entries),
			"under "+goal.String(), "%s", result)
		return err
	}
}

func (r *run) measureDistrict() error {
	dir, err := r.region("district")
	if err != nil {
		return err
	}
	addr, err := FreeAddr(r.ctx)
	if err != nil {
		return err
	}
	p, err := Start(r.ctx, addr, "/", r.Binary, "serve", "--data", dir, "--addr", addr)
	if err != nil {
		return err
	}
	err = r.measureSearch(200_000, 60*time.Millisecond)(p)
	if err == nil {
		var result Result
		result, err = r.get(addr, "/", readers, http.StatusOK)
		r.add(true, "home feed over 200,000 entries (no goal)", "–", "%s", result)
	}
	return errors.Join(err, p.Stop())
}

func (r *run) measureWrites(p *Process, dir string) error {
	token, err := exec.CommandContext(r.ctx, r.Binary, "token", "--data", dir, "--as", "musikverein-leeder", "--scope", "write").Output()
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	secret := strings.TrimSpace(string(token))
	load := Load{Addr: p.Addr, Connections: writers, For: 10 * time.Second, Want: http.StatusCreated, Request: func(c, n int) []byte {
		body := fmt.Sprintf(`{"title":"Probe %d-%d verlegt","text":"Die Probe am Freitag beginnt eine halbe Stunde später. Bitte bringt die Noten mit."}`, c, n)
		return Post(p.Addr, "/api/v1/news", secret, []byte(body))
	}}
	result, err := load.Run(r.ctx)
	r.add(result.PerSecond >= 10_000 && result.Wrong == 0, "durable creates by API, 32 connections", "at least 10,000/s", "%s", result)
	r.add(result.P99 < 20*time.Millisecond, "durable creates, p99", "under 20 ms", "%s", result.P99.Round(10*time.Microsecond))
	now, peak, memErr := p.Memory()
	r.add(true, "resident memory after the writes (no goal)", "–", "%d MB (peak %d MB)", now>>20, peak>>20)
	return errors.Join(err, memErr)
}

// measureImport times the command beside an existing region.
func (r *run) measureImport(dir string) error {
	file := filepath.Join(r.Dir, "termine.ics")
	if err := os.WriteFile(file, calendar(10_000), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(r.ctx, r.Binary, "import", "ics", file, "--as", "sportverein-leeder-asch", "--data", dir, "--json")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, r.Log
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("import: %w\n%s", err, out.String())
	}
	took := time.Since(begin)
	var answer struct {
		Created int `json:"created"`
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return fmt.Errorf("import: %w in %s", err, out.String())
	}
	memory := peakMemory(cmd.ProcessState) // kilobytes
	r.add(took < 10*time.Second && answer.Created == 10_000, "import of 10,000 events", "under 10 s", "%s, %d created", took.Round(10*time.Millisecond), answer.Created)
	r.add(memory < 150<<10, "memory of the import", "under 150 MB", "%d MB", memory>>10)
	return nil
}

// calendar is a file with n single events over two years.
func calendar(n int) []byte {
	var b bytes.Buffer
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Dorflinde//Benchmark//DE\r\n")
	start := time.Date(2027, 1, 4, 18, 0, 0, 0, time.UTC)
	for i := range n {
		at := start.Add(time.Duration(i) * 97 * time.Minute)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:bench-%d@beispiel.example\r\nDTSTAMP:20261122T080000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Training Gruppe %d\r\nLOCATION:Turnhalle Leeder\r\nDESCRIPTION:Bitte Hallenschuhe mitbringen.\r\nEND:VEVENT\r\n",
			i, at.Format("20060102T150405Z"), at.Add(90*time.Minute).Format("20060102T150405Z"), i%40)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.Bytes()
}

var firstVisit = regexp.MustCompile(`(?:href|src)="(/static/[^"]+\.(?:css|js|woff2))"`)

// measureFirstVisit adds up what a browser with an empty cache loads.
func (r *run) measureFirstVisit(p *Process) error {
	plain, err := fetch(r.ctx, p.Addr, "/", "")
	if err != nil {
		return err
	}
	page, err := fetch(r.ctx, p.Addr, "/", "gzip")
	if err != nil {
		return err
	}
	text, fonts := page.size, 0
	known := map[string]bool{}
	var assets []string
	for _, m := range firstVisit.FindAllSubmatch(plain.body, -1) {
		if path := string(m[1]); !known[path] {
			known[path] = true
			assets = append(assets, path)
		}
	}
	for _, path := range assets {
		res, err := fetch(r.ctx, p.Addr, path, "gzip")
		if err != nil {
			return err
		}
		if strings.HasSuffix(path, ".woff2") {
			fonts += res.size
			continue
		}
		text += res.size
		if strings.HasSuffix(path, ".css") {
			sheet, err := fetch(r.ctx, p.Addr, path, "")
			if err != nil {
				return err
			}
			fonts += r.fontsOf(p.Addr, sheet.body, known)
		}
	}
	r.add(text < 60<<10, "first visit: HTML, CSS and script, gzip", "under 60 kB", "%.1f kB", float64(text)/1024)
	r.add(fonts < 60<<10, "first visit: fonts", "under 60 kB", "%.1f kB", float64(fonts)/1024)
	return nil
}

// measureLighthouse runs the throttled mobile profile in Chromium.
func (r *run) measureLighthouse(p *Process) error {
	if r.Lighthouse == "" {
		return nil
	}
	out, err := exec.CommandContext(r.ctx, "node", r.Lighthouse, "http://"+p.Addr+"/").Output()
	if err != nil {
		return fmt.Errorf("lighthouse: %w", err)
	}
	var scores struct{ Performance, Accessibility, BestPractices, SEO int }
	if err := json.Unmarshal(out, &scores); err != nil {
		return fmt.Errorf("lighthouse: %w in %s", err, out)
	}
	r.add(scores.Performance >= 98 && scores.Accessibility >= 98, "Lighthouse, throttled mobile profile", "performance and accessibility at least 98",
		"performance %d, accessibility %d, best practices %d, SEO %d", scores.Performance, scores.Accessibility, scores.BestPractices, scores.SEO)
	return nil
}

var fontURL = regexp.MustCompile(`url\("?(/static/)?([^")]+\.woff2)"?\)`)

// fontsOf counts the fonts a sheet names that the page did not name itself.
func (r *run) fontsOf(addr string, sheet []byte, known map[string]bool) int {
	total := 0
	for _, m := range fontURL.FindAllSubmatch(sheet, -1) {
		path := "/static/" + strings.TrimPrefix(string(m[2]), "./")
		if known[path] {
			continue
		}
		known[path] = true
		if res, err := fetch(r.ctx, addr, path, ""); err == nil {
			total += res.size
		}
	}
	return total
}

type answer struct {
	*http.Response
	body []byte
	size int
}

// fetch reads an address of this machine; with an encoding the body stays packed.
func fetch(ctx context.Context, addr, path, encoding string) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return answer{}, err
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	if encoding != "" {
		req.Header.Set("Accept-Encoding", encoding)
	}
	res, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return answer{Response: res, body: body, size: len(body)}, err
}
