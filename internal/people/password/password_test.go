package password_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"dorflinde/internal/people/password"
)

func TestHashAndMatch(t *testing.T) {
	hash, err := password.Hash(rand.Reader, "Grüß Gott, Linde")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(hash, err)
	}
	other, err := password.Hash(rand.Reader, "Grüß Gott, Linde")
	if err != nil || other == hash {
		t.Error("same salt twice")
	}
	for word, want := range map[string]bool{
		"Grüß Gott, Linde": true, "Gru\u0308ß Gott, Linde": true, // typed on a Mac
		"grüß gott, linde": false, "": false, "Grüß Gott, Linde ": false,
	} {
		if got, err := password.Matches(hash, word); err != nil || got != want {
			t.Errorf("Matches(%q) = %v, %v", word, got, err)
		}
	}
	if got, err := password.Matches("", "anything"); err != nil || got {
		t.Errorf("no hash: %v, %v", got, err)
	}
}

func TestBrokenHashes(t *testing.T) {
	for _, hash := range []string{"x", "$argon2id$v=19$m=19456,t=2,p=1$AAAA", "$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=19456,t=0,p=1$AAAA$AAAA", "$argon2id$v=19$m=19456,t=2,p=1$!$!"} {
		if ok, err := password.Matches(hash, "x"); err == nil || ok {
			t.Errorf("%s: %v, %v", hash, ok, err)
		}
	}
}

func TestJudge(t *testing.T) {
	own := []string{"Vroni Huber", "vroni.huber@musikverein.example"}
	for word, want := range map[string]password.Weakness{
		"kurz":                           password.TooShort,
		"ääääääääää":                     password.Common, // ten characters, one letter
		"lindenblatt regnet leise":       "",
		"Tr0mmelwirbel-am-See":           "",
		"Passwort123":                    password.Common,
		"passwort!!":                     password.Common,
		"1234567890":                     password.Common,
		"qwertzuiop":                     password.Common,
		"hallohallo":                     password.Common,
		"bayern2026":                     password.Common,
		"Vroni12345":                     password.Personal,
		"huber-huber":                    password.Personal,
		"musikverein1":                   password.Personal,
		"Vroni spielt gerne Posaune":     "",
		strings.Repeat("abcde fgh ", 21): password.TooLong,
	} {
		if got := password.Judge(word, own...); got != want {
			t.Errorf("Judge(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestLookupIsStableAndApart(t *testing.T) {
	a, b := password.Lookup("card", "x"), password.Lookup("card", "x")
	if a != b || a == password.Lookup("other", "x") || a == password.Lookup("card", "y") {
		t.Error("lookup keys are mixed up")
	}
}
