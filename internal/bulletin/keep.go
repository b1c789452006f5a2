package bulletin

import "sync"

// stamp names the state of everything that a kept fragment was made of.
type stamp struct {
	version uint64 // of the data
	dress   uint64 // of publishers and places
	minute  int64
}

// keep holds finished pieces (the side of a page, a feed) for as long as
// nothing they are made of has changed. What only some may see is never kept.
type keep struct {
	mu    sync.RWMutex
	stamp stamp
	kept  map[string]any
	bytes int
}

// The keep never holds more than this many bytes; one fragment more than a
// quarter of it is not kept at all.
const maxKept = 4 << 20

// kept finds a fragment. It must only be read.
func kept[T any](k *keep, s stamp, key string) (T, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var none T
	if k.stamp != s {
		return none, false
	}
	v, ok := k.kept[key].(T)
	return v, ok
}

// put keeps a fragment of about that many bytes.
func (k *keep) put(s stamp, key string, v any, size int) {
	if size > maxKept/4 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stamp != s || k.bytes+size > maxKept || k.kept == nil {
		k.stamp, k.kept, k.bytes = s, map[string]any{}, 0
	}
	k.kept[key] = v
	k.bytes += size + len(key)
}

// now is the stamp of this moment. It must be read before the data: a change
// in between then makes the fragment stale at once instead of for ever.
func (b *Bulletin) now() stamp {
	return stamp{version: b.db.Version(), dress: b.Dress(), minute: b.clock.Now().Unix() / 60}
}
