package intake

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dorflinde/internal/platform/db"
	"dorflinde/internal/platform/db/dbtest"
	"dorflinde/internal/platform/fault"
)

// event is one VEVENT; day counts from the present, further lines may follow.
func event(uid string, day int, title string, more ...string) string {
	start := present.AddDate(0, 0, day).Format("20060102T150405Z")
	lines := append([]string{"BEGIN:VEVENT", "UID:" + uid, "DTSTART:" + start, "SUMMARY:" + title}, more...)
	return strings.Join(append(lines, "END:VEVENT", ""), "\r\n")
}

func calendar(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\nX-WR-CALNAME:Musik\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

func TestRepeatingAnImportFollowsItsSource(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		first := calendar(event("a", 1, "Probe"), event("b", 2, "Konzert"), event("old", -30, "Ausflug"), event("p", 3, "Arzt", "CLASS:PRIVATE"))
		for _, step := range []struct{ name, file, text, want string }{
			{"first time", "k.ics", first, "done +3 ~0 =0 -0 ?1"},
			{"again", "k.ics", first, "done +0 ~0 =3 -0 ?1"},
			{"changed, under another name", "k (1).ics", calendar(event("a", 1, "Generalprobe"), event("b", 2, "Konzert"), event("old", -30, "Ausflug")), "done +0 ~1 =2 -0 ?0"},
			{"one gone, the past dropped", "k.ics", calendar(event("a", 1, "Generalprobe")), "done +0 ~0 =1 -1 ?0"},
			{"it comes back", "k.ics", calendar(event("a", 1, "Generalprobe"), event("b", 2, "Konzert")), "done +0 ~1 =1 -0 ?0"},
			{"the same uid twice", "k.ics", calendar(event("a", 1, "Generalprobe"), event("b", 2, "Konzert"), event("n", 4, "")), "done +0 ~0 =2 -0 ?1"},
		} {
			dry := r.file(step.file, step.text, func(in *Request) { in.DryRun = true })
			before := r.state()
			run := r.file(step.file, step.text)
			if got := counted(run); got != step.want {
				t.Errorf("%s: %s, want %s", step.name, got, step.want)
			}
			if counted(dry) != counted(run) || !dry.Report.DryRun {
				t.Errorf("%s: dry run said %s, then happened %s", step.name, counted(dry), counted(run))
			}
			if step.want == "done +0 ~0 =3 -0 ?1" && !slices.Equal(before, r.state()) {
				t.Errorf("%s: %v became %v", step.name, before, r.state())
			}
		}
		want := []string{"Ausflug there 1", "Generalprobe there 2", "Konzert there 2"}
		if got := r.state(); !slices.Equal(got, want) {
			t.Errorf("in the end %v, want %v", got, want)
		}
	})
}

func TestDryRunChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		run := r.file("k.ics", calendar(event("a", 1, "Probe")), func(in *Request) { in.DryRun = true })
		if got := counted(run); got != "done +1 ~0 =0 -0 ?0" || run.ID != "" {
			t.Errorf("%s, id %q", got, run.ID)
		}
		for _, table := range []string{"thing", "intake_source", "intake_item", "intake_run", "entry"} {
			if n := r.rows(table); n != 0 {
				t.Errorf("%d rows in %s", n, table)
			}
		}
	})
}

func (r *rig) rows(table string) (n int) {
	r.t.Helper()
	must(r.t, r.DB.View(context.Background(), func(tx *db.Tx) error {
		all, err := db.AllText(tx, "SELECT COUNT(*) FROM "+table, func(row db.Scanner) (n int, err error) { err = row.Scan(&n); return n, err })
		n = all[0]
		return err
	}))
	return n
}

func TestTooMuchVanishingStopsAndAsks(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		var all []string
		for i := range 12 {
			all = append(all, event(fmt.Sprint("e", i), i+1, fmt.Sprint("Termin ", i)))
		}
		r.file("k.ics", calendar(all...))
		half := calendar(all[:5]...)
		run := r.file("k.ics", half)
		if run.State != Stopped || run.Report.Why.Key != "intake.stopped" {
			t.Fatalf("%s %v", counted(run), run.Report.Why)
		}
		if n := len(r.state()); n != 12 || strings.Contains(strings.Join(r.state(), ";"), "gone") {
			t.Fatalf("it went on: %v", r.state())
		}
		if got := counted(r.file("k.ics", half, func(in *Request) { in.Confirm = true })); got != "done +0 ~0 =5 -7 ?0" {
			t.Error("confirmed:", got)
		}
		if got := counted(r.file("k.ics", calendar(all[:2]...))); got != "done +0 ~0 =2 -3 ?0" {
			t.Error("a small calendar may lose most:", got)
		}
	})
}

func TestBrokenFilesChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		good := calendar(event("a", 1, "Probe"), event("b", 2, "Konzert"))
		r.file("k.ics", good)
		before, runs := r.state(), r.rows("intake_run")
		for name, c := range map[string]struct {
			text string
			key  string
			line int
		}{
			"cut off":         {strings.Replace(calendar(event("a", 1, "X")), "END:VEVENT\r\nEND:VCALENDAR\r\n", "", 1), "intake.ics_missing_end", 0},
			"bad date":        {calendar(event("a", 1, "Neu"), "BEGIN:VEVENT\r\nUID:z\r\nDTSTART:morgen\r\nEND:VEVENT\r\n"), "intake.ics_bad_date", 12},
			"bomb":            {calendar(event("a", 1, "X", "RRULE:FREQ=SECONDLY;COUNT=1000000000")), "intake.ics_rrule_too_frequent", 9},
			"entities":        {"<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY a \"aaa\">]>\n<rss><channel><item><title>&a;</title></item></channel></rss>", "feed.xml_entities", 2},
			"page":            {"<!doctype html><title>x</title>", "feed.html", 0},
			"cut feed":        {"<rss><channel>\n<item><title>x", "feed.syntax", 2},
			"json":            {"{\"version\": ", "feed.syntax", 1},
			"picture":         {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "sheet.binary", 0},
			"excel":           {"PK\x03\x04xxxx", "sheet.excel", 0},
			"open quote":      {"Titel;Datum\nA;1.1.2027\n\"B;2.1.2027\n", "sheet.quote", 3},
			"no header":       {"A;1.12.2026\nB;2.12.2026\n", "intake.header_missing", 0},
			"other columns":   {"Farbe;Größe\nrot;12\nblau;13\n", "intake.columns_missing", 0},
			"nothing":         {" \n", "intake.empty", 0},
			"more than 20 MB": {strings.Repeat("x", MaxBytes+1), "intake.too_large", 0},
		} {
			_, err := r.Import(r.ctx(), Request{Organisation: r.org, File: "k.ics", Body: []byte(c.text)})
			all := fault.All(err)
			if len(all) == 0 || all[0].Key != c.key {
				t.Errorf("%s: %v, want %s", name, err, c.key)
				continue
			}
			if line := lineOf(all[0]); c.line != 0 && line != c.line {
				t.Errorf("%s: line %d, want %d", name, line, c.line)
			}
			if !r.german().Has(c.key) {
				t.Errorf("%s has no words", c.key)
			}
		}
		if !slices.Equal(before, r.state()) || r.rows("intake_run") != runs || r.rows("intake_source") != 1 {
			t.Errorf("something changed: %v, %d runs, %d sources", r.state(), r.rows("intake_run"), r.rows("intake_source"))
		}
	})
}

func TestRefusedItemsAreSkippedAndNamed(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		run := r.file("t.csv", "Titel;Datum;Preis\nA;1.12.2026;=1+1\nrefused;2.12.2026;\nB;irgendwann;\n=cmd|' /C calc'!A0;3.12.2026;\nA;1.12.2026;\n")
		if got := counted(run); got != "done +2 ~0 =0 -0 ?3" || run.Report.Refused != 2 {
			t.Errorf("%s, refused %d", got, run.Report.Refused)
		}
		if got := r.state(); !slices.Contains(got, "=cmd|' /C calc'!A0 there 1") {
			t.Errorf("formulas must stay text: %v", got)
		}
		if !slices.Equal(run.Report.Unmatched, []string{"Preis"}) {
			t.Errorf("unmatched %v", run.Report.Unmatched)
		}
		var lines []int
		for _, n := range run.Report.Notes {
			lines = append(lines, n.Line)
		}
		slices.Sort(lines)
		if !slices.Equal(lines, []int{3, 4, 6}) {
			t.Errorf("lines %v", lines)
		}
	})
}

func TestHostileNamesAreTamed(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		text := `{"version":"https://jsonfeed.org/version/1.1","title":"Ver\u0000ein\r\nBcc: x\u0007","items":[
			{"id":"a\u0000b","title":"Eins","content_text":"x"},{"id":"' OR 1=1 --","title":"Zwei","content_text":"x"},
			{"id":"` + strings.Repeat("lang", 1000) + `","title":"Drei","content_text":"x"}]}`
		for _, want := range []string{"done +3 ~0 =0 -0 ?0", "done +0 ~0 =3 -0 ?0"} {
			run := r.file("f.json", text)
			if got := counted(run); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			if strings.ContainsAny(run.Report.Name, "\x00\x07\r\n") {
				t.Errorf("name %q", run.Report.Name)
			}
		}
	})
}

func TestWhatAnEditorTookOverIsLeftAlone(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.file("k.ics", calendar(event("a", 1, "Probe"), event("b", 2, "Konzert")))
		must(t, r.DB.Update(r.ctx(), func(tx *db.Tx) error { _, err := tx.Exec(takeThing, "Probe"); return err }))
		changed := calendar(event("a", 1, "Andere Probe"), event("b", 2, "Konzert"))
		for range 2 {
			if got := counted(r.file("k.ics", changed)); got != "done +0 ~0 =2 -0 ?0" {
				t.Error(got)
			}
		}
		if got := r.state(); got[1] != "Probe taken 1" {
			t.Errorf("%v", got)
		}
	})
}

func TestFeedsForgetOldItemsButFollowDeletedOnes(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		item := func(n int) string {
			return fmt.Sprintf("<item><guid isPermaLink=\"false\">g%d</guid><title>N%d</title><description>Text</description><pubDate>%s</pubDate></item>",
				n, n, present.AddDate(0, 0, n-20).Format(time.RFC1123Z))
		}
		rss := func(numbers ...int) string {
			text := "<rss version=\"2.0\"><channel><title>Verein</title>"
			for _, n := range numbers {
				text += item(n)
			}
			return text + "</channel></rss>"
		}
		r.file("f.xml", rss(5, 4, 3, 2, 1))
		if got := counted(r.file("f.xml", rss(7, 6, 5, 4, 3))); got != "done +2 ~0 =3 -0 ?0" {
			t.Error("two old ones left the feed:", got)
		}
		if got := counted(r.file("f.xml", rss(7, 5, 4, 3))); got != "done +0 ~0 =4 -1 ?0" {
			t.Error("one in the middle was deleted:", got)
		}
		if got := counted(r.file("f.xml", rss())); got != "done +0 ~0 =0 -0 ?0" {
			t.Error("an empty feed says nothing:", got)
		}
	})
}

func TestSourcesOfOneOrganisationDoNotDoubleItems(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		text := calendar(event("a", 1, "Probe"))
		r.site.set(200, "", text)
		first := r.file("k.ics", text)
		second, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL + "/k.ics"})
		must(t, err)
		if got := counted(second); got != "done +0 ~0 =0 -0 ?1" || second.Report.Notes[0].Why.Key != "intake.skip_other" {
			t.Error(got)
		}
		must(t, r.Remove(r.ctx(), r.org, first.Source, false))
		if got := r.state(); got[0] != "Probe there 1" {
			t.Errorf("kept: %v", got)
		}
		again, err := r.Refresh(r.ctx(), second.Source, RefreshOptions{Again: true})
		must(t, err)
		if got := counted(again); got != "done +0 ~1 =0 -0 ?0" && got != "done +0 ~0 =1 -0 ?0" {
			t.Error("adopted:", got)
		}
		must(t, r.Remove(r.ctx(), r.org, second.Source, true))
		if got := r.state(); len(got) != 1 || !strings.Contains(got[0], "gone") {
			t.Errorf("withdrawn: %v", got)
		}
		if err := r.Remove(r.ctx(), r.org, second.Source, true); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("removed twice: %v", err)
		}
	})
}

// slowThings has something to fetch before each item.
type slowThings struct {
	*things
	prepare func(*Item) error
}

func (t *slowThings) Info() Info {
	i := t.things.Info()
	i.Kind = "slow"
	return i
}

func (t *slowThings) Prepare(_ context.Context, _ Source, i *Item) error { return t.prepare(i) }

func TestOnlyOneRunOfASourceWorks(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		entered, leave := make(chan bool), make(chan bool)
		var once sync.Once
		r.Register(&slowThings{r.things, func(*Item) error { once.Do(func() { entered <- true; <-leave }); return nil }})
		text := calendar(event("a", 1, "Probe"), event("b", 2, "Konzert"))
		in := Request{Organisation: r.org, Kind: "slow", File: "k.ics", Body: []byte(text)}
		result := make(chan string)
		go func() {
			run, err := r.Import(r.ctx(), in)
			if err != nil {
				result <- err.Error()
				return
			}
			result <- counted(run)
		}()
		<-entered
		_, err := r.Import(r.ctx(), in)
		if all := fault.All(err); len(all) == 0 || all[0].Key != "intake.busy" {
			t.Errorf("the second run: %v", err)
		}
		leave <- true
		if got := <-result; got != "done +2 ~0 =0 -0 ?0" {
			t.Error("the first run:", got)
		}
		if n := len(r.state()); n != 2 {
			t.Errorf("%d things", n)
		}
	})
}

func TestWhatCannotBePreparedIsSkipped(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		asked := 0
		r.Register(&slowThings{r.things, func(i *Item) error {
			asked++
			if i.Title == "Konzert" {
				return fault.Invalid("picture", "intake.skip_unknown")
			}
			i.Data = body{Text: "with a picture"}
			return nil
		}})
		slow := func(in *Request) { in.Kind = "slow" }
		text := calendar(event("a", 1, "Probe"), event("b", 2, "Konzert"))
		if got := counted(r.file("k.ics", text, slow)); got != "done +1 ~0 =0 -0 ?1" {
			t.Error(got)
		}
		if got := counted(r.file("k.ics", text, slow, func(in *Request) { in.DryRun = true })); got != "done +1 ~0 =1 -0 ?0" {
			t.Error("what was skipped is tried again:", got)
		}
		if asked != 2 {
			t.Errorf("prepared %d times", asked)
		}
	})
}

func TestAClaimedSourceIsRefused(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		text := calendar(event("a", 1, "Probe"))
		run := r.file("k.ics", text)
		must(t, r.DB.Update(r.ctx(), func(tx *db.Tx) error {
			_, err := tx.Exec(claimSource, run.Source, db.Micros(present.Add(busyFor)), "another", db.Micros(present))
			return err
		}))
		_, err := r.Import(r.ctx(), Request{Organisation: r.org, File: "k.ics", Body: []byte(text)})
		if all := fault.All(err); len(all) == 0 || all[0].Key != "intake.busy" {
			t.Errorf("%v", err)
		}
		r.clock.Advance(busyFor + time.Minute)
		if got := counted(r.file("k.ics", text)); got != "done +0 ~0 =1 -0 ?0" {
			t.Error("a dead run must not block for ever:", got)
		}
	})
}

func TestTwoFirstImportsOfOneAddressMakeOneSource(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.site.set(200, "", calendar(event("a", 1, "Probe"), event("b", 2, "Konzert")))
		errs := make(chan error, 4)
		for range 4 {
			go func() {
				_, err := r.Import(r.ctx(), Request{Organisation: r.org, Address: r.site.URL})
				errs <- err
			}()
		}
		for range 4 {
			if err := <-errs; err != nil && fault.KindOf(err) != fault.KindConflict {
				t.Error(err)
			}
		}
		if got := r.state(); len(got) != 2 || r.rows("intake_source") != 1 {
			t.Errorf("%v, %d sources", got, r.rows("intake_source"))
		}
	})
}

func TestALostLeaseEndsTheRun(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	run := r.file("k.ics", calendar(event("a", 1, "Probe")))
	var s Source
	must(t, r.DB.View(r.ctx(), func(tx *db.Tx) (err error) { s, err = findSource(tx, run.Source, ""); return err }))
	w := &work{Engine: r.Engine, target: r.things, source: s, run: Run{ID: r.IDs.New(), Organisation: r.org, State: Running, Started: present}}
	must(t, w.begin(r.ctx()))
	must(t, r.DB.Update(r.ctx(), func(tx *db.Tx) error { _, err := tx.Exec(releaseSource, s.ID, w.run.ID); return err }))
	err := w.apply(r.ctx(), &plan{steps: []step{{action: Create, item: Item{ExternalID: "x", Title: "X", Data: body{}}}}})
	if !errors.Is(err, errLost) || len(r.state()) != 1 {
		t.Errorf("%v, %v", err, r.state())
	}
}

func TestTenThousandEventsAreFastAndSmall(t *testing.T) {
	r := newRig(t, dbtest.SQLite(t, migrations...))
	var b strings.Builder
	for i := range 10_000 {
		b.WriteString(event(fmt.Sprint("e", i), i%700, fmt.Sprint("Termin ", i), "LOCATION:Dorfplatz", "DESCRIPTION:Ein Abend mit Musik und Tanz für alle im Dorf."))
	}
	text := calendar(b.String())
	begin, calls := time.Now(), 0
	run := r.file("k.ics", text, func(in *Request) { in.Progress = func(done, total int) { calls++ } })
	took := time.Since(begin)
	if got := counted(run); got != "done +10000 ~0 =0 -0 ?0" {
		t.Fatal(got)
	}
	if took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if calls != 50 {
		t.Errorf("progress was told %d times", calls)
	}
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	t.Logf("10,000 events in %s, %d MB of heap in use afterwards", took.Round(time.Millisecond), mem.HeapInuse>>20)
	begin = time.Now()
	if got := counted(r.file("k.ics", text)); got != "done +0 ~0 =10000 -0 ?0" {
		t.Error(got)
	}
	t.Logf("again in %s", time.Since(begin).Round(time.Millisecond))
}
