package cap

import "embed"

// Messages holds the catalogues with the keys that Error.Key names.
//
//go:embed messages.de.json messages.en.json
var Messages embed.FS
