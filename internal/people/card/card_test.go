package card_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"dorflinde/internal/people/card"
)

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func fresh(t testing.TB) string {
	t.Helper()
	code, pin, err := card.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := card.PIN(pin); !ok || p != pin {
		t.Fatalf("PIN %q", pin)
	}
	return code
}

func TestCodesAreReadAsTheyAreTyped(t *testing.T) {
	for range 200 {
		code := fresh(t)
		for _, typed := range []string{code, strings.ToLower(code), card.Print(code), " " + card.Print(code) + " ",
			strings.NewReplacer("0", "o", "1", "l").Replace(code), strings.NewReplacer("0", "O", "1", "I").Replace(code)} {
			if got, err := card.Parse(typed); err != nil || got != code {
				t.Fatalf("Parse(%q) = %q, %v; want %q", typed, got, err, code)
			}
		}
	}
}

func TestEverySlipIsFound(t *testing.T) {
	code := fresh(t)
	for i := range code {
		for _, c := range alphabet {
			if byte(c) == code[i] {
				continue
			}
			if wrong := code[:i] + string(c) + code[i+1:]; accepted(wrong) {
				t.Errorf("%s taken for %s", wrong, code)
			}
		}
		for j := i + 1; j < len(code)-1; j++ {
			b := []byte(code)
			b[i], b[j] = b[j], b[i]
			if code[i] != code[j] && accepted(string(b)) {
				t.Errorf("swapped %s taken for %s", b, code)
			}
		}
	}
}

func accepted(s string) bool { _, err := card.Parse(s); return err == nil }

func TestWhatIsNoCode(t *testing.T) {
	code := fresh(t)
	for _, s := range []string{"", code[:9], code + "0", "UUUUUUUUUU", "ÄÖÜÄÖÜÄÖÜÄ", code[:9] + "\x00", strings.Repeat("9", 1000)} {
		if accepted(s) {
			t.Errorf("Parse(%q) accepted it", s)
		}
	}
}

func TestPIN(t *testing.T) {
	for in, want := range map[string]string{"123456": "123456", "123 456": "123456", "12345": "", "1234567": "", "12345a": "", "": "", "１２３４５６": ""} {
		got, ok := card.PIN(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("PIN(%q) = %q, %v", in, got, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("7K3M-9QX2-4T")
	f.Add(fresh(f))
	f.Add("ooooo-lliI")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := card.Parse(s)
		if err != nil {
			return
		}
		if len(code) != card.Length || strings.Trim(code, alphabet) != "" {
			t.Errorf("Parse(%q) = %q", s, code)
		}
		if again, err := card.Parse(card.Print(code)); err != nil || again != code {
			t.Errorf("Parse(Print(%q)) = %q, %v", code, again, err)
		}
	})
}
