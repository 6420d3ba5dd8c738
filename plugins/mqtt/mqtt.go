// Package mqtt connects the board to an MQTT 5 broker: it publishes the states and
// events of all instances, and carries out the actions that its configuration
// allows. It knows no other plugin.
//
// Below the prefix, ptvd/<hostname> by default:
//
//	status                     online or offline, retained; offline is also the last will
//	about                      the program and its version, as JSON, retained
//	<instance>/<topic>         the envelope of a value (plugins.Envelope), as JSON
//	cmd/<instance>/<action>    a command; the payload is the action's argument
//	cmd/notify                 a message to the panels; a text, or JSON
//	cmd/apps/pushed/<name>     a page of the panels; an empty payload removes it
//	<command>/result           its result, as JSON
//	homeassistant/<instance>/<topic> a lamp's level in Home Assistant's words; its commands come below /set
//
// One task holds the session. States are retained, with the expiry that their topic
// declares; a new session begins with all that hold, so that nothing is kept for a
// broker which is gone. Events that happen meanwhile are dropped: a doorbell of
// yesterday must not ring.
//
// The protocol is MQTT Version 5.0, OASIS Standard, 7 March 2019.
package mqtt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"ptvd/plugins"
)

// Config is the configuration of an instance.
type Config struct {
	Broker   string         `yaml:"broker" doc:"the address of the broker: mqtt://HOST:1883, or mqtts://HOST:8883 with TLS" required:"true"`
	ClientID string         `yaml:"client_id" doc:"the client identifier, which no two boards may share; empty: ptvd- and the host name"`
	Username string         `yaml:"username" doc:"the user name for the broker"`
	Password plugins.Secret `yaml:"password" doc:"the password that belongs to the user name"`
	CA       string         `yaml:"ca" doc:"a file with the certificate, in PEM, of the authority that signed the broker's; empty: those of the system"`
	Cert     string         `yaml:"cert" doc:"a file with a client certificate, in PEM"`
	Key      string         `yaml:"key" doc:"the file with the private key of the client certificate, in PEM"`
	Prefix   string         `yaml:"prefix" doc:"what the topics begin with; empty: ptvd/ and the host name"`

	Publish  []plugins.From[any]  `yaml:"publish" doc:"the topics to publish, streams once a second at most; none: every state and event"`
	Commands []plugins.ActionName `yaml:"commands" doc:"the actions that commands may call"`

	Subscribe map[string]string `yaml:"subscribe" doc:"topics of this instance, and the topic of the broker, with + and #, whose newest messages each of them has, except those that this board publishes"`

	HomeAssistant bool `yaml:"home_assistant" doc:"have Home Assistant find the board, and let it dim and switch lamps and panels, choose pages and show messages"`
}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	var all []error
	if _, err := parseBroker(c.Broker); err != nil {
		all = append(all, plugins.OptionErrorf("broker", "%w", err))
	}
	if strings.ContainsAny(c.Prefix, "+#\x00") || strings.HasPrefix(c.Prefix, "$") || strings.HasSuffix(c.Prefix, "/") {
		all = append(all, plugins.OptionErrorf("prefix", "cannot contain + or #, begin with $ or end with /; write words with / between them, such as home/kitchen"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Subscribe)) {
		if err := checkFilter(c.Subscribe[name]); err != nil {
			all = append(all, plugins.OptionErrorf("subscribe."+name, "%w", err))
		}
	}
	if (c.Cert == "") != (c.Key == "") {
		all = append(all, plugins.OptionErrorf("cert", "cert and key belong together; write both or neither"))
	}
	return errors.Join(all...)
}

// topic returns a topic below the prefix.
func (c Config) topic(levels ...string) string { return c.Prefix + "/" + strings.Join(levels, "/") }

// parseBroker returns the address of a broker; its scheme says whether with TLS.
func parseBroker(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "mqtt" && u.Scheme != "mqtts" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("not the address of a broker; write mqtt://HOST:1883, or mqtts://HOST:8883 with TLS")
	}
	if u.Port() == "" {
		u.Host += map[string]string{"mqtt": ":1883", "mqtts": ":8883"}[u.Scheme]
	}
	return u, nil
}

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "mqtt", Doc: "publishes every state and event to an MQTT 5 broker, and takes commands from it", New: New,
	})
}

// mqtt is one instance.
type mqtt struct {
	env  plugins.Env
	cfg  Config
	conn *connection // nil while there is none

	announced announced
	refused   map[string]error // the topics that the broker refuses on this connection, and why
	left      retained         // on the broker
	saves     plugins.Turns
	commands  []string // the filters of their topics

	mutex         sync.Mutex // of what follows
	subscriptions []*subscription
	came          plugins.Instant // when the newest message of others did
	received      *plugins.Flag   // a subscription has something new
}

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	if cfg.Prefix == "" {
		cfg.Prefix = "ptvd/" + host
	}
	if cfg.ClientID == "" {
		cfg.ClientID = "ptvd-" + host
	}
	return &mqtt{
		env: env, cfg: cfg,
		commands: cfg.commandFilters(), subscriptions: cfg.subscriptions(), received: plugins.NewFlag(env),
	}, nil
}

// Start starts the session, and does not wait for the broker.
func (m *mqtt) Start(*plugins.Task) error {
	m.env.Go("session", m.run)
	return nil
}

// Stop disconnects. The broker then publishes the last will. Of an instance that was
// removed nothing stays on the broker. A file that is being written is waited for.
func (m *mqtt) Stop(t *plugins.Task) error {
	if m.conn != nil && m.env.Removed() {
		m.conn.clear = m.left.Topics
	}
	if err := m.disconnect(t); err != nil {
		return err
	}
	return m.saves.Do(t, func() error { return nil })
}

// The pauses between attempts to connect.
const (
	firstPause = time.Second
	longPause  = time.Minute
)

// run holds a session, and begins another one after each error.
func (m *mqtt) run(t *plugins.Task) error {
	if err := m.loadRetained(t); err != nil {
		return err
	}
	for pause := plugins.NewBackoff(m.env); ; {
		began := t.Now()
		err := m.session(t)
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		if t.Now().Sub(began) > longPause { // else a broker that ends each session at once has one every second
			pause.Reset()
		}
		m.env.Meter.Count("disconnects_total", 1)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			err = fmt.Errorf("the broker does not answer: %w", err)
		case errors.Is(err, io.EOF): // mosquitto 2.0 gives no reason
			err = fmt.Errorf("the broker closed the connection; another client may use the client_id %s: %w", m.cfg.ClientID, err)
		}
		m.env.Health.Degraded("%s: %v", m.cfg.Broker, err)
		if err := m.disconnect(t); err != nil {
			return err
		}
		if err := t.Sleep(pause.Next(firstPause, longPause)); err != nil {
			return err
		}
	}
}

// session connects, and returns why the connection ended.
func (m *mqtt) session(t *plugins.Task) error {
	if err := m.connect(t); err != nil {
		return err
	}
	m.env.Health.OK()
	err := t.Group(func(g *plugins.Group) error {
		g.Go("commands", m.takeCommands)
		g.Go("messages", m.takeMessages)
		g.Go("publish", m.publish)
		g.Go("dropped", m.reportDropped)
		return m.conn.ended(t)
	})
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	// A task that was sending may have failed first, with an error that does not say why.
	cause := t.Timeout(closeTimeout, func() error { return m.conn.ended(t) })
	if errors.Is(cause, plugins.ErrTimeout) {
		return err
	}
	return cause
}
