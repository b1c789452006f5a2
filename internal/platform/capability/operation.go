package capability

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"dorflinde/internal/platform/web"
)

// Operation describes one operation of the JSON API: tag is the collection,
// status that of success. Where access is not for the public, the document says
// that a token is needed and which answers follow from it.
func Operation(tag, id, method, path, summary string, access web.Access, status int) huma.Operation {
	op := huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag}, DefaultStatus: status,
		Metadata: map[string]any{"access": access}, Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}
	if access.Level != web.Public {
		op.Security = []map[string][]string{{"token": {}}}
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusConflict)
	}
	return op
}
