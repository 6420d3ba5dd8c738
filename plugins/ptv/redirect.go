package ptv

import (
	"net/http"
	"net/url"
)

const maxRedirects = 3

// redirection returns where a response redirects to, empty when it does not.
func redirection(r *http.Response) string {
	switch r.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return r.Header.Get("Location")
	}
	return ""
}

// follow returns where a redirect leads, to be signed anew. It stays with the
// host that the owner of the key has chosen; the one change allowed is to https.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil {
		return nil, &Trouble{Words: "odd reply", Detail: "the service redirects to an address that cannot be read"}
	}
	same := to.Scheme == from.Scheme && to.Host == from.Host
	safer := from.Scheme == "http" && to.Scheme == "https" && to.Hostname() == from.Hostname()
	if !same && !safer {
		return nil, &Trouble{
			Words:  "wrong host",
			Detail: "redirected to " + to.Scheme + "://" + to.Host + ": does the network want a login, or has the service moved (base_url)?",
		}
	}
	query := to.Query()
	query.Del("devid")
	query.Del("signature")
	to.RawQuery, to.Fragment, to.User = query.Encode(), "", nil
	return to, nil
}
