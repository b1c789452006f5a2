// Package password hashes and judges passwords.
//
// Hashes are Argon2id (RFC 9106) with 19 MiB, two passes and one lane, the
// least that the OWASP Password Storage Cheat Sheet recommends: about 30 ms
// and little enough memory for a small server that several people sign in to
// at once.
package password

import (
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The cost of new hashes. Older hashes carry their own.
const (
	memory = 19 * 1024 // KiB
	passes = 2
	lanes  = 1
	saltN  = 16
	keyN   = 32
)

// MinLength is the least number of characters (NIST SP 800-63B, 5.1.1.2, asks
// for 8; 10 keeps the rate-limited guesser further away).
const MinLength = 10

// MaxLength bounds the work of hashing, in characters.
const MaxLength = 200

// slots bounds how many hashes run at once, because each takes 19 MiB.
var slots = make(chan struct{}, 4)

// ErrHash says that a stored hash cannot be read.
var ErrHash = errors.New("password: not a hash of ours")

// Hash makes the text that is stored, with a salt from rand.
func Hash(rand io.Reader, password string) (string, error) {
	salt := make([]byte, saltN)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return "", fmt.Errorf("password: salt: %w", err)
	}
	key := derive(password, salt, passes, memory, lanes)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// dummy costs as much to compare with as a real hash and matches nothing.
const dummy = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Matches compares a password with a stored hash. An empty hash stands for an
// account that does not exist or has no password: the answer is no, after the
// same work, so that time tells nothing.
func Matches(hash, password string) (bool, error) {
	absent := hash == ""
	if absent {
		hash = dummy
	}
	salt, want, m, t, p, err := parse(hash)
	if err != nil {
		return false, err
	}
	got := derive(password, salt, t, m, p)
	return subtle.ConstantTimeCompare(got, want) == 1 && !absent, nil
}

// Lookup derives a deterministic key from a secret that is too short for a
// fast hash but must be found in an index, such as the code of a printed card.
// The purpose keeps keys of different uses apart.
func Lookup(purpose, secret string) string {
	return base64.RawURLEncoding.EncodeToString(derive(secret, []byte("dorflinde lookup "+purpose), passes, memory, lanes))
}

func derive(password string, salt []byte, t, m uint32, p uint8) []byte {
	if len(password) > 8*MaxLength {
		password = password[:8*MaxLength]
	}
	slots <- struct{}{}
	defer func() { <-slots }()
	// The same letters typed on different systems must be the same password
	// (RFC 8265, section 4).
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, t, m, p, keyN)
}

func parse(hash string) (salt, key []byte, m, t uint32, p uint8, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != "v=19" {
		return nil, nil, 0, 0, 0, ErrHash
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m < 8 || m > 1<<20 || t < 1 || t > 16 || p < 1 {
		return nil, nil, 0, 0, 0, ErrHash
	}
	enc := base64.RawStdEncoding
	salt, errSalt := enc.DecodeString(parts[4])
	key, errKey := enc.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(key) != keyN {
		return nil, nil, 0, 0, 0, ErrHash
	}
	return salt, key, m, t, p, nil
}

//go:embed common.txt
var commonText string

var common = func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.Lines(commonText) {
		if word = strings.TrimSpace(word); word != "" && !strings.HasPrefix(word, "#") {
			m[word] = true
		}
	}
	return m
}()

// Weakness is why a password is refused; empty means that it is not.
type Weakness string

// The weaknesses.
const (
	TooShort Weakness = "short"
	TooLong  Weakness = "long"
	Common   Weakness = "common"   // in the list of what everybody tries, or a simple run
	Personal Weakness = "personal" // the person's own name or address
)

// Judge finds what is wrong with a new password. own are the person's name and
// e-mail address.
func Judge(password string, own ...string) Weakness {
	n := utf8.RuneCountInString(norm.NFC.String(password))
	if n < MinLength {
		return TooShort
	}
	if n > MaxLength {
		return TooLong
	}
	low := strings.ToLower(password)
	for _, part := range ownParts(own) {
		rest := strings.ReplaceAll(low, part, "")
		if rest != low && utf8.RuneCountInString(rest) < 6 {
			return Personal
		}
	}
	if predictable(low) {
		return Common
	}
	return ""
}

// ownParts cuts names and addresses into the words that a guesser tries.
func ownParts(own []string) []string {
	var parts []string
	for _, s := range own {
		for _, word := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" .@-_+", r) }) {
			if utf8.RuneCountInString(word) >= 3 {
				parts = append(parts, word)
			}
		}
	}
	return parts
}

// predictable finds listed words with something short before or after, a few
// characters repeated, and runs along the alphabet or the keyboard.
func predictable(low string) bool {
	core := strings.TrimFunc(low, func(r rune) bool { return strings.ContainsRune("0123456789!?.,-_#*$%&+ ", r) })
	if common[low] || common[core] {
		return true
	}
	seen := map[rune]bool{}
	for _, r := range low {
		seen[r] = true
	}
	if len(seen) < 5 {
		return true
	}
	for _, run := range []string{"abcdefghijklmnopqrstuvwxyz", "qwertzuiopasdfghjklyxcvbnm", "qwertyuiopasdfghjklzxcvbnm", "12345678901234567890"} {
		if strings.Contains(run, low) || strings.Contains(run, core) && len(core) > 3 {
			return true
		}
	}
	for size := 1; size <= len(low)/2; size++ { // "hallohallo": a word again and again
		if len(low)%size == 0 && strings.Repeat(low[:size], len(low)/size) == low {
			return true
		}
	}
	return false
}
