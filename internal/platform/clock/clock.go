// Package clock hands time in, so that no rule takes it from the air and
// every deadline can be tested on any day.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells the present moment.
type Clock interface {
	// Now is the present moment in UTC.
	Now() time.Time
}

// System is the machine's clock.
type System struct{}

// Now is the machine's time in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Manual is a clock that a test sets and moves. It is safe for concurrent use.
type Manual struct{ micros atomic.Int64 }

// At returns a manual clock that shows t.
func At(t time.Time) *Manual {
	m := &Manual{}
	m.Set(t)
	return m
}

// Now is the time the clock was set to, in UTC.
func (m *Manual) Now() time.Time { return time.UnixMicro(m.micros.Load()).UTC() }

// Set moves the clock to t.
func (m *Manual) Set(t time.Time) { m.micros.Store(t.UnixMicro()) }

// Advance moves the clock by d.
func (m *Manual) Advance(d time.Duration) { m.micros.Add(d.Microseconds()) }
