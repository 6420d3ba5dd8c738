package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// contentPolicy allows the page to load parts of this server and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect is the middleware in front of every request: it sets the security headers,
// checks the Host header and the origin, and reads the body, which is limited. Names are the
// additional host names by which a proxy reaches this server.
func protect(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer, our own login form would send "Origin: null"
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case !isOwnName(r.Host, names):
			http.Error(w, fmt.Sprintf("unknown host name %q: use the machine's address, or add the name to http.names", r.Host), http.StatusMisdirectedRequest)
		case isCrossOrigin(r):
			http.Error(w, "cross-origin request refused: other sites may only link to the page", http.StatusForbidden)
		default:
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCommand))
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
				return
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			defer markServing(r)()
			next.ServeHTTP(w, r)
		}
	})
}

// isOwnName tells whether a Host header can only mean this machine: an address, a name
// that no DNS server of somebody else resolves, or one of the names of a proxy. It prevents
// DNS rebinding, where an Internet name is made to point here.
func isOwnName(host string, names []string) bool {
	name := hostName(host)
	isSame := func(other string) bool { return hostName(other) == name }
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || slices.ContainsFunc(names, isSame) {
		return true
	}
	own, err := os.Hostname()
	own, _, _ = strings.Cut(strings.ToLower(own), ".")
	return err == nil && own != "" && (name == own || name == own+".local")
}

// hostName returns the name or address of a Host header, without the port and in
// lower case.
func hostName(host string) string {
	if withoutPort, _, err := net.SplitHostPort(host); err == nil {
		host = withoutPort
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// isCrossOrigin tells whether a browser sends the request for a page of another
// origin, unless the user follows a link. Without TLS, browsers send Sec-Fetch-Site
// to loopback only, and Origin to everybody.
func isCrossOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		origin := r.Header.Get("Origin")
		_, host, _ := strings.Cut(origin, "://")
		return origin != "" && host != r.Host
	}
	return r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}
