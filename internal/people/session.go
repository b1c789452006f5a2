package people

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// How long a session lives: it ends after IdleFor without a visit and after
// LiveFor in any case.
const (
	IdleFor = 30 * 24 * time.Hour
	LiveFor = 180 * 24 * time.Hour
	// seenEvery is how exactly the last visit is known; writing it at every
	// request would turn reading into writing.
	seenEvery = 5 * time.Minute
)

// Session is one signed-in browser.
type Session struct {
	ID      string
	Account string
	Way     Way
	Agent   string // short name of browser and system
	Created time.Time
	Seen    time.Time
}

// Way is how somebody signed in.
type Way string

// The ways.
const (
	ByLink     Way = "link"
	ByPasskey  Way = "passkey"
	ByPassword Way = "password"
	ByCard     Way = "card"
	ByOpenID   Way = "openid"
)

// Expired reports whether the session has ended at now.
func (s Session) Expired(now time.Time) bool {
	return !now.Before(s.Seen.Add(IdleFor)) || !now.Before(s.Created.Add(LiveFor))
}

// secret is 256 bits in base64url, for cookies, links and tokens.
func (s *Service) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.rand, b[:]); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

var systemRand io.Reader = rand.Reader

// hashed is how secrets of 256 bits are kept: nobody can guess them, so a fast
// hash is enough to make a stolen database useless for signing in.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// AgentLabel shortens a User-Agent header to what a person recognises in the
// list of sessions: "Firefox, Android". Unknown ones are empty.
func AgentLabel(header string) string {
	browser := firstOf(header, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := firstOf(header, [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Macintosh", "Mac"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	return strings.Trim(browser+", "+system, ", ")
}

func firstOf(header string, table [][2]string) string {
	for _, row := range table {
		if strings.Contains(header, row[0]) {
			return row[1]
		}
	}
	return ""
}
