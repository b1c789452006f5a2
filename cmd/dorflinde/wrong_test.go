package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What scripts rely on: wrong input is one sentence on the error output, a
// status that is not 0, nothing on the output, and nothing half done.
func TestWrongInput(t *testing.T) {
	data := newRegion(t)
	empty := t.TempDir()
	there := file(t, "there.zip", "x")
	for _, k := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"unknown command", []string{"prune"}, 2, "prune"},
		{"unknown flag", []string{"check", "--fast"}, 2, "--fast"},
		{"no region", []string{"check", "--data", empty}, 1, "make one with dorflinde init"},
		{"two places", []string{"check", "--data", data, "--config", file(t, "c.toml", "")}, 1, "name two different places"},
		{"unknown key", []string{"check", "--config", file(t, "c.toml", "adress = 'x'")}, 1, `there is no key "adress"`},
		{"init without name", []string{"init", "--data", empty}, 1, "--name"},
		{"init both ways", []string{"init", "--data", empty, "--name", "A", "--from", there}, 1, "--from brings name"},
		{"municipality with two parts", []string{"init", "--data", empty, "--name", "A", "--land", "DE-BY", "--municipality", "Au;1"}, 1, "four parts"},
		{"longitude", []string{"init", "--data", empty, "--name", "A", "--land", "DE-BY", "--municipality", "Au;09181124;ost;47"}, 1, `longitude "ost"`},
		{"swapped", []string{"init", "--data", empty, "--name", "A", "--land", "DE-BY", "--municipality", "Au;09181124;47.9;10.8"}, 1, "swapped"},
		{"land", []string{"init", "--data", empty, "--name", "A", "--land", "Bayern", "--municipality", "Au;09181124;10.8;47.9"}, 1, "Bayern"},
		{"broken file", []string{"init", "--data", empty, "--from", file(t, "r.json", "{\n\"region\": {\n\"name\": 3}}")}, 1, "line 3"},
		{"unknown member", []string{"init", "--data", empty, "--from", file(t, "r.json", `{"regoin": {}}`)}, 1, "regoin"},
		{"operator address", []string{"init", "--data", empty, "--name", "A", "--land", "DE-BY", "--municipality", "Au;09181124;10.8;47.9", "--operator-email", "betrieb"}, 1, `"betrieb" is not an e-mail`},
		{"unknown account", []string{"user", "block", "x@example.org", "--data", data}, 1, `no account with the address "x@example.org"`},
		{"no address", []string{"user", "block", "x", "--data", data}, 1, "email"},
		{"taken address", []string{"user", "add", "betrieb@example.org", "--data", data}, 1, "email"},
		{"last operator", []string{"user", "operator", "betrieb@example.org", "--undo", "--data", data}, 1, "last person"},
		{"weak password", []string{"user", "password", "betrieb@example.org", "--password-file", file(t, "p", "kurz"), "--data", data}, 1, "password"},
		{"empty password", []string{"user", "password", "betrieb@example.org", "--password-file", file(t, "p", "\n"), "--data", data}, 1, "is empty"},
		{"unknown organisation", []string{"token", "--as", "nobody", "--data", data}, 1, `no organisation "nobody"`},
		{"scope", []string{"token", "--as", "gemeinde-fuchstal", "--scope", "all", "--data", data}, 2, "--scope"},
		{"export over a file", []string{"export", there, "--data", data}, 1, "exists already"},
		{"backup over a file", []string{"backup", there, "--data", data}, 1, "exists already"},
		{"backup into no folder", []string{"backup", filepath.Join(empty, "no", "b.tar"), "--data", data}, 1, "cannot write"},
		{"age key", []string{"backup", filepath.Join(empty, "b.tar"), "--age-recipient", "age1x", "--data", data}, 1, "public key of age"},
		{"restore nothing", []string{"restore", filepath.Join(empty, "no.tar"), "--data", empty}, 2, "no.tar"},
		{"restore something else", []string{"restore", there, "--data", filepath.Join(empty, "new")}, 1, "not a whole backup"},
		{"restore over a region", []string{"restore", there, "--data", data}, 1, "there is a region already"},
	} {
		t.Run(k.name, func(t *testing.T) {
			code, out, wrong := call(t, k.args...)
			if code != k.code || !strings.Contains(wrong, k.says) {
				t.Errorf("status %d, wanted %d; %q lacks %q", code, k.code, wrong, k.says)
			}
			if out != "" && code != 2 {
				t.Errorf("answered %q", out)
			}
			if code == 1 && strings.Count(strings.TrimSpace(wrong), "\n") > 0 {
				t.Errorf("more than one sentence: %q", wrong)
			}
		})
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 1 {
		t.Errorf("left in the empty folder: %v %v", left, err)
	}
}
