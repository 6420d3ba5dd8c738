package ptv

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strings"
)

// sign returns the signature of a request: HMAC-SHA1, with the key as it is written, over
// the path and query that are sent.
func sign(key, pathAndQuery string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(pathAndQuery))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// signed returns target with the developer id and the signature appended, which must be the
// last parameter.
func signed(target url.URL, id, key string) *url.URL {
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += "devid=" + url.QueryEscape(id)
	target.RawQuery += "&signature=" + sign(key, target.RequestURI())
	return &target
}
