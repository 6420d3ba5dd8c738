package ptv

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strings"
)

// sign returns the signature of a request: HMAC-SHA1, by the key as it is
// written, over exactly the path and query that will be sent.
func sign(key, pathAndQuery string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(pathAndQuery))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

// signed returns target with the developer id and the signature appended, which
// has to be the last of it.
func signed(target url.URL, id, key string) *url.URL {
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += "devid=" + url.QueryEscape(id)
	target.RawQuery += "&signature=" + sign(key, target.RequestURI())
	return &target
}
