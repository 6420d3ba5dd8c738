// Package ntp keeps the board's time: every few minutes it asks several NTP
// servers (RFC 5905), believes what most of them agree on, and corrects the civil
// clock that all instances share.
//
// In the mode measure, the usual one, the system's clock is left alone: another
// daemon may keep it, and two that set one clock pull each other for ever. In
// the mode discipline the instance keeps the system's clock, too; it refuses to
// start where somebody else does.
package ntp

import (
	"fmt"
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

// Config is an instance's configuration.
type Config struct {
	Servers []Server      `yaml:"servers" doc:"NTP servers, as host or host:port; of four, one that is wrong is outvoted" required:"true"`
	Every   time.Duration `yaml:"every" doc:"how often they are asked, give or take a tenth" min:"15s" max:"24h"`
	Mode    string        `yaml:"mode" doc:"measure: correct the clock of this daemon only; discipline: set the system's clock, too" oneof:"measure discipline"`
	Timeout time.Duration `yaml:"timeout" doc:"how long to wait for a server's answer" min:"100ms" max:"15s"`
}

const (
	measure    = "measure"
	discipline = "discipline"
)

const defaultPort = "123" // RFC 5905, section 16

// minEvery is the least time between two questions to a server: RFC 4330,
// section 10, allows no less under any conditions.
const minEvery = 15 * time.Second

// maxServers bounds a round. More servers do not make the time any better.
const maxServers = 8

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "ntp",
		Doc:      "keeps the board's time by NTP",
		Defaults: Config{Every: 10 * time.Minute, Mode: measure, Timeout: 5 * time.Second},
		Topics:   []plugins.Topic{plugins.Publishes[topics.Sync](topic, "the latest agreement on the time")},
		New:      New,
	})
}

const topic = "sync"

// Validate checks what the tags cannot say.
func (c Config) Validate() error {
	if n := len(c.Servers); n < 1 || n > maxServers {
		return plugins.Fault("servers", "1 to %d servers are needed, and here are %d", maxServers, n)
	}
	for i, s := range c.Servers {
		if slices.Contains(c.Servers[:i], s) {
			return plugins.Fault("servers", "%s stands here twice: it would vote twice", s)
		}
	}
	return nil
}

// Server is the address of an NTP server: a name or an IP address, and a port
// where it is not 123.
type Server string

// UnmarshalText reads host, host:port, an IPv6 address, or [address]:port.
func (s *Server) UnmarshalText(text []byte) error {
	written := Server(text)
	host, port, err := net.SplitHostPort(written.address())
	number, notANumber := strconv.ParseUint(port, 10, 16)
	if err != nil || notANumber != nil || number == 0 || !isHost(host) {
		return fmt.Errorf("a server is written host or host:port, such as ntp.example.net")
	}
	*s = written
	return nil
}

func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_"
	return host != "" && strings.Trim(strings.ToLower(host), allowed) == ""
}

// address returns what to dial.
func (s Server) address() string {
	if _, _, err := net.SplitHostPort(string(s)); err == nil {
		return string(s)
	}
	return net.JoinHostPort(string(s), defaultPort)
}

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	c := &client{env: env, cfg: cfg, root: os.DirFS("/"), publish: plugins.Publish[topics.Sync](env, topic)}
	for _, s := range cfg.Servers {
		c.servers = append(c.servers, &server{Server: s})
	}
	return c, nil
}
