// Package intake is the answer to the empty village: it takes in calendars,
// feeds, tables and WordPress sites, once from a file or again and again from
// an address. Capabilities register targets, which turn what was read into
// their own records; the engine knows none of them. It reads and plans a whole
// document before it writes anything, tells new, changed and vanished items
// apart, and so can show what would happen without doing it.
package intake

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dorflinde/internal/bulletin"
	"dorflinde/internal/people"
)

// Messages are the words of this package.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS

// MaxBytes is how large a file may be, in bytes.
const MaxBytes = 20 << 20

// maxExternalID is the longest name of an item that is kept as it is, in bytes.
const maxExternalID = 500

// Engine takes things in. Make one with New, then Register all targets before
// it is used; after that it is safe for concurrent use.
type Engine struct {
	bulletin.Tools
	targets []Target
}

// New makes an engine and offers it at the editors' desk.
func New(t bulletin.Tools) *Engine {
	t.Bulletin.AddWriter(bulletin.Writer{Kind: "intake", MessageKey: "intake.write", Icon: "download", URL: choosePath, Role: people.Editor})
	return &Engine{Tools: t}
}

// Register makes targets known; called while the house is wired up. The order
// is the order in which people are offered them.
func (e *Engine) Register(targets ...Target) { e.targets = append(e.targets, targets...) }

// target finds the target of a kind.
func (e *Engine) target(kind string) (Target, bool) {
	i := slices.IndexFunc(e.targets, func(t Target) bool { return t.Info().Kind == kind })
	if i < 0 {
		return nil, false
	}
	return e.targets[i], true
}

// plainID reports whether an item's name can be kept as it is.
func plainID(s string) bool {
	return len(s) <= maxExternalID && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func shortID(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// cut makes text one line of at most n characters without anything that means
// something to a database or a letter's header.
func cut(s string, n int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}
