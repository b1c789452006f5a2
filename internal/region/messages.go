package region

import "embed"

// Messages holds the catalogues of this package.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS
