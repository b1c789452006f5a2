package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// vcalendar is a file with one event in a week per title; the title is the uid.
func vcalendar(titles ...string) string {
	start := time.Now().AddDate(0, 0, 7).UTC().Format("20060102T150405Z")
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t\r\n"
	for _, title := range titles {
		uid, summary, _ := strings.Cut(title, "=")
		text += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s\r\nDTSTART:%s\r\nSUMMARY:%s\r\nEND:VEVENT\r\n", uid, start, summary)
	}
	return text + "END:VCALENDAR\r\n"
}

// imported is the answer of the design, which scripts rely on.
type imported struct {
	Created   *int `json:"created"`
	Updated   *int `json:"updated"`
	Unchanged *int `json:"unchanged"`
	Withdrawn *int `json:"withdrawn"`
	Skipped   *int `json:"skipped"`
	Errors    []struct {
		Line   int    `json:"line"`
		Reason string `json:"reason"`
	} `json:"errors"`
	DryRun *bool `json:"dry_run"`
}

func (i imported) String() string {
	return fmt.Sprintf("+%d ~%d =%d -%d ?%d !%d %t", *i.Created, *i.Updated, *i.Unchanged, *i.Withdrawn, *i.Skipped, len(i.Errors), *i.DryRun)
}

func TestImportFollowsAFile(t *testing.T) {
	data := newRegion(t)
	for _, step := range []struct {
		name, text string
		args       []string
		want       string
		code       int
	}{
		{"dry", vcalendar("a=Probe", "b=Konzert"), []string{"--dry-run"}, "+2 ~0 =0 -0 ?0 !0 true", 0},
		{"first", vcalendar("a=Probe", "b=Konzert"), nil, "+2 ~0 =0 -0 ?0 !0 false", 0},
		{"again", vcalendar("a=Probe", "b=Konzert"), nil, "+0 ~0 =2 -0 ?0 !0 false", 0},
		{"changed", vcalendar("a=Generalprobe"), nil, "+0 ~1 =0 -1 ?0 !0 false", 0},
		{"broken", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", nil, "+0 ~0 =0 -0 ?0 !1 false", 1},
		{"after the broken one", vcalendar("a=Generalprobe"), nil, "+0 ~0 =1 -0 ?0 !0 false", 0},
	} {
		name := file(t, "termine.ics", step.text)
		args := append([]string{"import", "ics", name, "--as", "gemeinde-fuchstal", "--to", "events", "--json", "--data", data}, step.args...)
		code, out, wrong := call(t, args...)
		var got imported
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v in %s %s", step.name, err, out, wrong)
		}
		if got.String() != step.want || code != step.code {
			t.Errorf("%s: %d %s, want %d %s\n%s", step.name, code, got, step.code, step.want, out)
		}
		if step.code != 0 && (got.Errors[0].Line != 3 || !strings.Contains(got.Errors[0].Reason, "3")) {
			t.Errorf("%s: %+v", step.name, got.Errors)
		}
	}
}

func TestImportTellsPeopleWhatHappened(t *testing.T) {
	data := newRegion(t)
	out := must(t, "import", "ics", file(t, "k.ics", vcalendar("a=Probe")), "--as", "gemeinde-fuchstal", "--village", "fuchstal", "--data", data)
	for _, want := range []string{"new             1", "withdrawn       0", "(done)"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
}

func TestImportRefusesWithOneSentence(t *testing.T) {
	data := newRegion(t)
	good := file(t, "k.ics", vcalendar("a=Probe"))
	for _, k := range []struct {
		args []string
		want string
	}{
		{[]string{"oparl", "https://ris.example"}, "cannot be imported yet"},
		{[]string{"geo", good}, "cannot be imported yet"},
		{[]string{"xlsx", good}, "there is no format"},
		{[]string{"ics", good, "--every", "6h"}, "needs an address"},
		{[]string{"ics", "https://x.example", "--every", "1m"}, "between 1h and 168h"},
		{[]string{"ics", good + ".missing"}, "no such file"},
		{[]string{"ics", "http://127.0.0.1/k.ics"}, "internal network"},
		{[]string{"ics", "http://192.168.1.1/k.ics"}, "internal network"},
		{[]string{"ics", "file:///etc/passwd"}, "https://"},
		{[]string{"ics", file(t, "x.csv", "Titel;Datum\nA;B\n")}, "line 1"},
		{[]string{"feed", good}, ""},
		{[]string{"ics", good, "--to", "nothing"}, "nothing"},
		{[]string{"ics", good, "--village", "atlantis"}, "atlantis"},
		{[]string{"ics", file(t, "leer.ics", "")}, "empty"},
	} {
		code, _, wrong := call(t, append([]string{"import", "--as", "gemeinde-fuchstal", "--data", data}, k.args...)...)
		if code != 1 || strings.Count(strings.TrimSpace(wrong), "\n") > 0 || !strings.Contains(strings.ToLower(wrong), strings.ToLower(k.want)) {
			t.Errorf("%v: %d %q, want %q", k.args, code, wrong, k.want)
		}
	}
	if code, _, wrong := call(t, "import", "ics", good, "--as", "niemand", "--data", data); code != 1 || !strings.Contains(wrong, "niemand") {
		t.Errorf("%d %s", code, wrong)
	}
}
