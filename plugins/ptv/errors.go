package ptv

import (
	"bytes"
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	sources "ptvd/plugins/departures"
)

// APIError is a failed request.
type APIError = sources.Error

// responseError returns the error that a response reports, nil if it reports none. The
// status alone is not enough: the API sends 403 for an invalid signature, for a disabled
// key and for too many requests.
func responseError(status int, body []byte, reply map[string]gjson.Result) error {
	message := cmp.Or(sources.Text(reply["message"]), sources.Text(reply["Message"])) // ASP.NET capitalizes it
	mentions := func(word string) bool { return strings.Contains(strings.ToLower(message), word) }
	switch {
	case status == http.StatusTooManyRequests || mentions("throttl"):
		return &APIError{Summary: "throttled", Detail: "too many requests with this id", Persistent: true}
	case status == http.StatusBadRequest && mentions("devid"):
		return &APIError{Summary: "invalid id", Detail: "the API does not know this developer id; check id", Persistent: true}
	case status == http.StatusForbidden && mentions("signature"):
		return &APIError{Summary: "invalid key", Detail: "invalid signature; check that key is complete and belongs to id", Persistent: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &APIError{Summary: "access denied", Detail: cmp.Or(message, "the API rejects this id and key"), Persistent: true}
	case status == http.StatusNotFound || status == http.StatusBadRequest:
		return &APIError{Summary: "not found", Detail: cmp.Or(message, "no such stop or route; check stop, routes and route_type"), Persistent: true, OfRequest: true}
	case status != http.StatusOK:
		return &APIError{Summary: "HTTP " + strconv.Itoa(status), Detail: cmp.Or(message, http.StatusText(status), "no explanation")}
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return sources.InvalidReply("HTML instead of JSON: the network may have a login page (captive portal)")
	case reply == nil:
		return sources.InvalidReply("not a JSON object, or truncated")
	case sources.Text(reply["status"].Get("health")) == "0":
		return &APIError{Summary: "PTV is down", Detail: cmp.Or(message, "the API reports that it is not available (health 0)")}
	}
	return nil
}
