// Package ntp synchronizes the clock: every few minutes it queries several NTP servers
// (RFC 5905), takes the time on which most of them agree, and corrects the civil clock
// that all instances share.
//
// In mode measure, the default, it does not change the system clock: another daemon may
// set it, and two daemons that set one clock work against each other. In mode discipline
// it also sets the system clock, and does not start if another daemon does so.
package ntp

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is the configuration of an instance.
type Config struct {
	Servers []Server      `yaml:"servers" doc:"NTP servers, as host or host:port; with four, one wrong server is outvoted" required:"true"`
	Every   time.Duration `yaml:"every" doc:"the poll interval, varied by up to 10%" min:"15s" max:"24h"`
	Mode    string        `yaml:"mode" doc:"measure: correct only the time that ptvd uses; discipline: also set the system clock" oneof:"measure discipline"`
	Timeout time.Duration `yaml:"timeout" doc:"how long to wait for a reply" min:"100ms" max:"15s"`
}

const (
	measure    = "measure"
	discipline = "discipline"
)

const (
	defaultPort = "123"            // RFC 5905, section 16
	minEvery    = 15 * time.Second // between two queries of a server, from RFC 4330, section 10
	maxServers  = 8                // more do not improve the time
)

var synchronization = plugins.NewTopic[topics.Sync]("sync", "the latest synchronization of the clock", plugins.State(0))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:       "ntp",
		Doc:        "synchronizes the clock by NTP",
		Defaults:   Config{Every: 10 * time.Minute, Mode: measure, Timeout: 5 * time.Second},
		Topics:     plugins.Topics(synchronization),
		TimeSource: true,
		New:        New,
	})
}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	if n := len(c.Servers); n < 1 || n > maxServers {
		return plugins.OptionErrorf("servers", "expected 1 to %d servers, found %d", maxServers, n)
	}
	for i, s := range c.Servers {
		if slices.Contains(c.Servers[:i], s) {
			return plugins.OptionErrorf("servers", "%s is listed twice; remove one of them", s)
		}
	}
	return nil
}

// Server is the address of an NTP server: a name or an IP address, and a port if it is
// not 123.
type Server string

// UnmarshalText reads host, host:port, an IPv6 address, or [address]:port.
func (s *Server) UnmarshalText(text []byte) error {
	server := Server(text)
	host, port, err := net.SplitHostPort(server.address())
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || number == 0 || !isHost(host) {
		return errors.New("invalid server address; write host or host:port, such as ntp.example.net")
	}
	*s = server
	return nil
}

func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
	return host != "" && strings.Trim(strings.ToLower(host), allowed) == ""
}

// address returns the address to dial, with the port.
func (s Server) address() string {
	if _, _, err := net.SplitHostPort(string(s)); err == nil {
		return string(s)
	}
	return net.JoinHostPort(string(s), defaultPort)
}

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	c := &client{env: env, cfg: cfg, root: os.DirFS("/")}
	for _, s := range cfg.Servers {
		c.servers = append(c.servers, &server{Server: s})
	}
	return c, nil
}
