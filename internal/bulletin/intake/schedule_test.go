package intake

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
	"dorflinde/internal/platform/fetch"
)

// due lets the schedule work at the present moment.
func (r *rig) due() {
	r.t.Helper()
	must(r.t, r.workDue(r.ctx(), nil))
	must(r.t, r.Queue.Drain(r.ctx()))
}

func (r *rig) source(id string) Source {
	r.t.Helper()
	var s Source
	must(r.t, r.DB.View(r.ctx(), func(tx *db.Tx) (err error) { s, err = findSource(tx, id, r.org); return err }))
	return s
}

func (r *rig) mails() []string {
	r.t.Helper()
	var out []string
	must(r.t, r.DB.View(r.ctx(), func(tx *db.Tx) (err error) {
		out, err = db.AllText(tx, "SELECT recipient || ' ' || message FROM mail_kept ORDER BY id", scanText)
		return err
	}))
	return out
}

func TestScheduleAsksConditionally(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.site.set(200, `"1"`, calendar(event("a", 1, "Probe")))
		run, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL + "/k.ics", Every: 6 * time.Hour})
		must(t, err)
		r.due() // not yet
		r.clock.Advance(6*time.Hour + time.Minute)
		r.due()
		s := r.source(run.Source)
		if s.State != Good || !s.NextRun.Equal(r.clock.Now().Add(6*time.Hour)) {
			t.Errorf("%s, next %s", s.State, s.NextRun)
		}
		r.site.set(200, `"2"`, calendar(event("a", 1, "Generalprobe")))
		r.clock.Advance(7 * time.Hour)
		r.due()
		if got := r.state(); !slices.Equal(got, []string{"Generalprobe there 2"}) {
			t.Errorf("%v", got)
		}
		if !slices.Equal(r.site.asked, []int{200, 304, 200}) {
			t.Errorf("answered %v", r.site.asked)
		}
		r.site.set(200, "", calendar(event("a", 1, "Generalprobe")))
		for range 2 {
			r.clock.Advance(7 * time.Hour)
			r.due()
		}
		if got := r.state(); !slices.Equal(got, []string{"Generalprobe there 2"}) {
			t.Errorf("unchanged without ETag: %v", got)
		}
	})
}

func TestFailingSourcesArePausedAfterTwoWeeks(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.site.set(200, "", calendar(event("a", 1, "Probe")))
		run, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL + "/k.ics", Every: time.Hour})
		must(t, err)
		r.site.set(503, "", "")
		r.clock.Advance(2 * time.Hour)
		r.due()
		s := r.source(run.Source)
		if s.State != Failing || s.Why == nil || s.Why.Key != "fetch.status" || !s.NextRun.Equal(r.clock.Now().Add(15*time.Minute)) {
			t.Fatalf("%+v", s)
		}
		asked := len(r.site.asked)
		for range 14 * 24 {
			r.clock.Advance(time.Hour)
			r.due()
		}
		if n := len(r.site.asked) - asked; n > 25 {
			t.Errorf("asked %d times in two weeks", n)
		}
		s = r.source(run.Source)
		if s.State != Paused || !s.NextRun.IsZero() {
			t.Errorf("after two weeks: %s", s.State)
		}
		if got := r.mails(); len(got) != 1 || !strings.HasPrefix(got[0], "vroni@beispiel.example ") || !strings.Contains(got[0], "14 Tagen") {
			t.Errorf("letters: %v", got)
		}
		if got := r.state(); !slices.Equal(got, []string{"Probe there 1"}) {
			t.Errorf("what is there must stay: %v", got)
		}
		r.site.set(200, "", calendar(event("a", 60, "Probe")))
		again, err := r.Refresh(r.ctx(), run.Source, RefreshOptions{Again: true})
		must(t, err)
		if s = r.source(run.Source); again.State != Done || s.State != Good || s.Why != nil {
			t.Errorf("mended: %s %s %v", again.State, s.State, s.Why)
		}
	})
}

func TestBrokenAnswerOfASourceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.site.set(200, `"1"`, calendar(event("a", 1, "Probe"), event("b", 2, "Konzert")))
		run, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL, Every: time.Hour})
		must(t, err)
		before := r.state()
		for i, text := range []string{"", "<html>login</html>", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"} {
			r.site.set(200, fmt.Sprint(`"x`, i, `"`), text)
			failed, err := r.Refresh(r.ctx(), run.Source, RefreshOptions{})
			must(t, err)
			if failed.State != Failed || failed.Report.Why == nil {
				t.Errorf("%q: %s", text, counted(failed))
			}
		}
		if !slices.Equal(before, r.state()) {
			t.Errorf("%v became %v", before, r.state())
		}
		// The broken answers' ETags must not hide the next good one.
		r.site.set(200, `"1"`, calendar(event("a", 1, "Probe"), event("b", 2, "Konzert")))
		mended, err := r.Refresh(r.ctx(), run.Source, RefreshOptions{})
		must(t, err)
		if got := counted(mended); got != "done +0 ~0 =2 -0 ?0" || r.source(run.Source).State != Good {
			t.Error(got)
		}
	})
}

func TestScheduledRunStopsAndTellsTheEditors(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		var all []string
		for i := range 12 {
			all = append(all, event(fmt.Sprint("e", i), i+1, fmt.Sprint("T", i)))
		}
		r.site.set(200, "", calendar(all...))
		run, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL, Every: time.Hour})
		must(t, err)
		r.site.set(200, "", calendar(all[0]))
		r.clock.Advance(2 * time.Hour)
		r.due()
		if s := r.source(run.Source); s.State != Asking || !s.NextRun.IsZero() || len(r.mails()) != 1 {
			t.Errorf("%s, %v", s.State, r.mails())
		}
		done, err := r.Refresh(r.ctx(), run.Source, RefreshOptions{Confirm: true})
		must(t, err)
		if got := counted(done); got != "done +0 ~0 =1 -11 ?0" || r.source(run.Source).State != Good {
			t.Error(got)
		}
	})
}

func TestAddressesOfThisMachineAreNeverAsked(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	r.site.set(200, "", calendar(event("a", 1, "Probe")))
	port := netip.MustParseAddrPort(r.site.Listener.Addr().String()).Port()
	r.Engine.Tools.Fetch = fetch.New(fetch.Options{})
	for _, address := range []string{
		fmt.Sprintf("http://127.0.0.1:%d/", port), fmt.Sprintf("http://localhost:%d/", port), "http://169.254.169.254/latest/meta-data",
		"http://10.0.0.1/k.ics", "http://[::1]/k.ics", "file:///etc/passwd", "ftp://example.org/k.ics", "http://user:secret@example.org/",
		"http://0x7f000001/", "gopher://x", "javascript:alert(1)", "http://192.168.178.1/", "",
	} {
		_, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: address})
		all := fault.All(err)
		if len(all) == 0 || all[0].Kind != fault.KindInvalid || !r.german().Has(all[0].Key) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if len(r.site.asked) != 0 || r.rows("intake_source") != 0 {
		t.Errorf("%d requests, %d sources", len(r.site.asked), r.rows("intake_source"))
	}
}

func TestBackoff(t *testing.T) {
	broken := errors.New("broken file")
	slow := &fetch.Error{Code: fetch.CodeTimeout}
	asked := &fetch.Error{Code: fetch.CodeStatus, Status: 429, RetryAfter: "172800"}
	for _, c := range []struct {
		failures int
		every    time.Duration
		cause    error
		want     time.Duration
	}{
		{1, time.Hour, slow, 15 * time.Minute}, {2, time.Hour, slow, 30 * time.Minute}, {3, time.Hour, fmt.Errorf("x: %w", slow), time.Hour},
		{50, time.Hour, slow, 24 * time.Hour}, {1, 6 * time.Hour, broken, 6 * time.Hour}, {1, MaxEvery, broken, 24 * time.Hour},
		{1, time.Hour, asked, 48 * time.Hour},
	} {
		if got := backoff(Source{failures: c.failures, Every: c.every}, c.cause); got != c.want {
			t.Errorf("%d failures of %v every %s: %s, want %s", c.failures, c.cause, c.every, got, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]Format{
		"\ufeff\r\nBEGIN:VCALENDAR": ICS, "begin:vcalendar": ICS, "<?xml?><rss>": Feed, "<feed>": Feed, "{\"version\":1}": Feed,
		"<rss xmlns:wp=\"http://wordpress.org/export/1.2/\">": WordPress, "Titel;Datum": CSV, "": CSV, "\xff\xfeB\x00E\x00G\x00I\x00N\x00:\x00V\x00C\x00A\x00L\x00E\x00N\x00D\x00A\x00R\x00": ICS,
	} {
		if got := Detect([]byte(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAddress(t *testing.T) {
	for raw, want := range map[string]string{
		" webcal://x.example/k.ics ": "https://x.example/k.ics", "WEBCAL://X": "https://X", "verein.example": "https://verein.example",
		"http://x.example": "http://x.example", "": "", "javascript:alert(1)": "javascript:alert(1)",
	} {
		if got := Address(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(calendar(event("a", 1, "x", "RRULE:FREQ=DAILY"))))
	f.Add([]byte("Titel;Datum\nA;1.1.2027\n"))
	f.Add([]byte("<rss><channel><item><title>x</title></item></channel></rss>"))
	f.Add([]byte("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[]}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := read(raw, Detect(raw), "", time.UTC)
		if err != nil {
			if len(fault.All(err)) == 0 {
				t.Errorf("no sentence for %v", err)
			}
			return
		}
		c := &Conversion{Document: *d, Now: present}
		if d.Table != nil {
			c.Table = match(d.Table.raw, (&things{}).Info().Columns)
			for _, row := range c.Table.Rows() {
				row.Get("title")
			}
		}
		c.prune()
		c.tombstones()
	})
}
