package warnings

import (
	"encoding/json"
	"net/http"
	"strconv"

	"dorflinde/internal/platform/web"
)

// formatDegrees writes degrees with the five digits that are about a metre.
func formatDegrees(v float64) string { return strconv.FormatFloat(v, 'f', 5, 64) }

// writeGeoJSON answers with a FeatureCollection (RFC 7946, section 3.3).
func writeGeoJSON(w http.ResponseWriter, r *http.Request, features []any) error {
	body, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return err
	}
	return web.WriteBody(w, r, http.StatusOK, "application/geo+json; charset=utf-8", body)
}
