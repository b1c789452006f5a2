// Package id makes identifiers: UUID version 7 (RFC 9562, section 5.7), which
// sort by the time they were made and so keep indexes compact.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"
)

// Source makes identifiers. It is passed in so that tests can make them
// predictable.
type Source interface {
	// New returns a fresh identifier in the 36-character text form.
	New() string
}

// V7 makes UUIDv7 identifiers that never go backwards within one process:
// within the same millisecond the 12 bits after the version count up
// (RFC 9562, section 6.2, method 1).
type V7 struct {
	mu   sync.Mutex
	last uint64
	now  func() time.Time
}

// NewV7 returns a source that reads the time from now.
func NewV7(now func() time.Time) *V7 { return &V7{now: now} }

// New returns a fresh identifier.
func (v *V7) New() string {
	tick := v.next()
	var b [16]byte
	if _, err := rand.Read(b[8:]); err != nil {
		panic(err) // crypto/rand never fails since Go 1.24; there is no safe way on
	}
	binary.BigEndian.PutUint64(b[:8], tick>>12<<16|0x7000|tick&0xfff)
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// next returns milliseconds shifted by twelve bits plus a counter, always
// greater than the one before.
func (v *V7) next() uint64 {
	tick := uint64(v.now().UnixMilli()) << 12
	v.mu.Lock()
	defer v.mu.Unlock()
	if tick <= v.last {
		tick = v.last + 1
	}
	v.last = tick
	return tick
}

func format(b [16]byte) string {
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], b[10:16])
	return string(out[:])
}

// Valid reports whether s has the shape of a UUID in lower-case text form.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
			continue
		}
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
