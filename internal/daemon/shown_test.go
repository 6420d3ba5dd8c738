package daemon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/web"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// A shown plugin publishes a value of every class, and payloads that misbehave.
type shown struct {
	env    plugins.Env
	called chan string
}

// called gets the actions called on the latest instance, with their arguments.
var called chan string

// invalid is a payload that JSON cannot express, explosive one whose methods panic.
type (
	invalid   struct{ F func() }
	explosive struct{}
)

func (explosive) JSONAt(topics.Moment) any { panic("boom") }

var (
	shownPressed    = plugins.NewTopic[topics.Press]("pressed", "as the actions say", plugins.State(0))
	shownLevel      = plugins.NewTopic[topics.Level]("level", "half", plugins.Stream())
	shownDepartures = plugins.NewTopic[topics.Departures]("departures", "received an hour ago", plugins.State(time.Minute))
	shownEvent      = plugins.NewTopic[string]("event", "which call it was", plugins.Events())
	shownExpired    = plugins.NewTopic[topics.Reading]("expired", "a reading that no longer holds", plugins.State(time.Nanosecond))
	shownNothing    = plugins.NewTopic[topics.Text]("nothing", "is never published", plugins.State(0))
	shownInvalid    = plugins.NewTopic[invalid]("invalid", "cannot be encoded", plugins.State(0))
	shownExplosive  = plugins.NewTopic[explosive]("explosive", "panics", plugins.State(0))

	shownActions = []*plugins.Action{
		plugins.NewAction("press", "presses", plugins.EndedBy("release")), plugins.NewAction("release", "releases"),
		plugins.NewAction("up", "goes up"), plugins.NewAction("absent", "is refused by the Config"),
		plugins.NewAction("set", "sets it", plugins.Arg("on or off", func(arg string) error {
			if arg != "on" && arg != "off" {
				return errors.New("not on or off")
			}
			return nil
		})),
	}
)

type shownConfig struct{}

// toldPage is what the newest instance was told of the page's address.
var toldPage atomic.Pointer[string]

func (shownConfig) CheckAction(name, _ string) error {
	if name == "absent" {
		return errors.New("not configured")
	}
	return nil
}

func init() {
	plugins.Register(plugins.Spec[shownConfig]{
		Name: "shown", Doc: "publishes a value of every class",
		Topics:  plugins.Topics(shownPressed, shownLevel, shownDepartures, shownEvent, shownExpired, shownNothing, shownInvalid, shownExplosive),
		Actions: plugins.Actions(shownActions...),
		New: func(env plugins.Env, _ shownConfig) (plugins.Plugin, error) {
			called = make(chan string, 16)
			toldPage.Store(&env.Net.Page)
			return &shown{env, called}, nil
		},
	})
}

func (s *shown) Start(t *plugins.Task) error {
	for _, action := range shownActions {
		action.Handle(s.env, func(arg string) error {
			shownPressed.Set(s.env, topics.Press{Down: action.Name() == "press"})
			shownEvent.Set(s.env, action.Name())
			s.called <- strings.TrimSpace(action.Name() + " " + arg)
			return nil
		})
	}
	shownPressed.Set(s.env, topics.Press{})
	s.env.Go("level", func(t *plugins.Task) error {
		for range t.Every(100 * time.Millisecond) {
			shownLevel.Set(s.env, topics.Level{Goal: 0.5, Now: 0.25, Duty: 0xFFFF, Turned: -3})
		}
		return nil
	})
	shownDepartures.Set(s.env, topics.Departures{Stop: "Huntingdale", Period: 30 * time.Second, Received: t.Now().Add(-time.Hour)})
	shownEvent.Set(s.env, "none")
	shownExpired.Set(s.env, topics.Reading{Value: 21.4})
	shownInvalid.Set(s.env, invalid{})
	shownExplosive.Set(s.env, explosive{})
	s.env.Meter.Count("looks_total", 3)
	s.env.Meter.Set("not_a_number", math.NaN())
	s.env.Meter.Set("infinite_seconds", math.Inf(1))
	return nil
}

func (s *shown) Stop(*plugins.Task) error { return nil }

// freeAddress returns an address whose port is free.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// withPage runs a daemon with a web server, in real time, until look returns.
func withPage(t *testing.T, http string, look func(address string), more ...string) {
	t.Helper()
	address := freeAddress(t)
	yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s'%s}\nplugins: {%s}\n", address, http, strings.Join(append([]string{"one: {plugin: shown}"}, more...), ", "))
	file, err := config.Parse("test.yaml", []byte(yaml), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	text, log := io.Pipe()
	d := daemon.New(daemon.Options{File: file, Log: slog.New(slog.NewTextHandler(log, nil))})
	ended := make(chan error, 1)
	go func() { ended <- d.Run(context.Background()) }()
	lines := bufio.NewScanner(text)
	for lines.Scan() && !strings.Contains(lines.Text(), "web server listening") {
	}
	go io.Copy(io.Discard, text)
	look("http://" + address)
	d.Stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func get(t *testing.T, address string) web.State {
	t.Helper()
	answer, err := http.Get(address + "/api/state")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var s web.State
	if err := json.NewDecoder(answer.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func post(t *testing.T, address, command string) (status int, text string) {
	t.Helper()
	answer, err := http.Post(address+"/api/do", "application/json", strings.NewReader(command))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSpace(string(body))
}
