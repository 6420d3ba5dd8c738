package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
)

// policy lets the page use what comes from here, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard stands before every request. It knows the names of a proxy, where there is
// one: whoever named them there has made them point here.
func guard(names []string, next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer, the Origin of our own form would be null
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case !isThisMachine(r.Host) && !slices.ContainsFunc(names, isNamed(r.Host)):
			http.Error(w, fmt.Sprintf("%q is not a name of this machine: use its address, or add the name to http.names", r.Host), http.StatusMisdirectedRequest)
		case isForeign(r):
			http.Error(w, "a page of another origin may link here, and nothing else", http.StatusForbidden)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxCommand)
			next.ServeHTTP(w, r)
		}
	})
}

// isThisMachine tells whether a Host header can be nobody else's: an address or a
// name that no foreign name server answers for. A name of the Internet that was
// made to point here is none.
func isThisMachine(host string) bool {
	name := nameIn(host)
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
		return true
	}
	own, err := os.Hostname()
	own, _, _ = strings.Cut(strings.ToLower(own), ".")
	return err == nil && own != "" && (name == own || name == own+".local")
}

// nameIn returns a Host header's name or address, as they are compared.
func nameIn(host string) string {
	if withoutPort, _, err := net.SplitHostPort(host); err == nil {
		host = withoutPort
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// isNamed returns whether a Host header asks for a name.
func isNamed(host string) func(name string) bool {
	return func(name string) bool { return nameIn(name) == nameIn(host) }
}

// isForeign tells whether a browser makes the request for a page of another
// origin, unless it only follows a link. Without TLS it names the site to loopback
// alone, and the origin to all.
func isForeign(r *http.Request) bool {
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
