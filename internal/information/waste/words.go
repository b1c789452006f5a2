package waste

import (
	"sync"

	"dorflinde/internal/platform/i18n"
	"dorflinde/internal/region"
)

// catalogue is read once: jobs and entries speak without a request around them.
var catalogue = sync.OnceValues(func() (*i18n.Catalogue, error) { return i18n.Load(Messages, i18n.Messages) })

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
