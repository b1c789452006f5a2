package warnings

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"sync"

	"dorflinde/internal/information/warnings/cap"
	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/region"
)

// joined makes one catalogue of several: the parser's sentences come and go
// with this capability.
type joined []fs.FS

// Open opens a file of the first.
func (j joined) Open(name string) (fs.File, error) { return j[0].Open(name) }

// ReadFile joins the catalogues of that name.
func (j joined) ReadFile(name string) ([]byte, error) {
	all := map[string]string{}
	for _, folder := range j {
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		var some map[string]string
		if err := json.Unmarshal(raw, &some); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		maps.Copy(all, some)
	}
	return json.Marshal(all)
}

// catalogue is read once: jobs and entries speak without a request around them.
var catalogue = sync.OnceValues(func() (*i18n.Catalogue, error) {
	return i18n.Load(joined{Messages, cap.Messages}, i18n.Messages)
})

// speak gives the words of a language outside of a request. Should the embedded
// catalogue be broken, keys show, which the tests of the catalogue would find first.
func speak(lang i18n.Lang, places *region.Directory) *i18n.Localizer {
	c, err := catalogue()
	if err != nil {
		return &i18n.Localizer{Lang: lang, Zone: places.Location()}
	}
	return c.In(lang, places.Location())
}

func german(places *region.Directory) *i18n.Localizer { return speak(i18n.German, places) }
