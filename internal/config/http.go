package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"ptvd/plugins"
)

// HTTP is where the page in the browser is served, and to whom.
type HTTP struct {
	Listen        string         `yaml:"listen" doc:"the address and port that the page is served on" required:"true"`
	Token         plugins.Secret `yaml:"token" doc:"what a browser must show first; needed where others than this machine can reach the address"`
	Names         []string       `yaml:"names" doc:"names of a proxy through which others reach the page, such as board.example; needs a token"`
	RemoteControl bool           `yaml:"remote_control" doc:"let the page press buttons and turn knobs"`
}

// Validate refuses an address that nobody can listen on, and one that everybody may
// reach without a token.
func (h HTTP) Validate() error {
	host, port, err := net.SplitHostPort(h.Listen)
	if number, notANumber := strconv.ParseUint(port, 10, 16); err != nil || notANumber != nil || number == 0 {
		return plugins.Fault("listen", "%s is no address to listen on; write one as 127.0.0.1:8337", quote(h.Listen))
	}
	address, err := netip.ParseAddr(host)
	if err != nil && host != "" && host != "localhost" {
		return plugins.Fault("listen", "%s is not an IP address; write one, or localhost", quote(host))
	}
	if host != "localhost" && !address.IsLoopback() && !h.Token.Given() {
		return plugins.Fault("listen", "others than this machine can reach %s, and no token keeps them out; add token: {credential: ptvd-http}, or listen on %s",
			h.Listen, fmt.Sprintf("127.0.0.1:%s", port))
	}
	if len(h.Names) > 0 && !h.Token.Given() {
		return plugins.Fault("names", "others reach the page through the proxy, and no token keeps them out; add token: {credential: ptvd-http}")
	}
	for _, name := range h.Names {
		if strings.ContainsAny(name, "/: ") {
			return plugins.Fault("names", "%s is more than a name; write it as board.example", quote(name))
		}
	}
	return nil
}
