package bulletin

import "testing"

func TestReadable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"  Feuerwehr  Asch ", "Feuerwehr Asch"},
		{"a\x00\xffb", "a b"},
		{"\x00", ""},
		{"Müll\r\nabfuhr", "Müll abfuhr"},
	} {
		if got := readable(c.in); got != c.want {
			t.Errorf("readable(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
