package daemon_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// A shown plugin publishes a value of every type that the page shows, and has every
// action that the page calls.
type shown struct {
	env    plugins.Env
	called chan string
}

// called gets the actions called on the latest instance.
var called chan string

var (
	shownPicture    = plugins.NewTopic[topics.Picture]("picture", "a pixel", plugins.Stream())
	shownText       = plugins.NewTopic[topics.Text]("text", "a word", plugins.State(0))
	shownPressed    = plugins.NewTopic[topics.Press]("pressed", "as the actions say", plugins.State(0))
	shownLevel      = plugins.NewTopic[topics.Level]("level", "half", plugins.State(0))
	shownDepartures = plugins.NewTopic[topics.Departures]("departures", "one", plugins.State(0))

	shownActions = []*plugins.Action{
		plugins.NewAction("press", "notes it", plugins.EndedBy("release")), plugins.NewAction("release", "notes it"),
		plugins.NewAction("up", "notes it"), plugins.NewAction("down", "notes it"),
	}
)

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "shown", Doc: "publishes a value of every type",
		Topics:  plugins.Topics(shownPicture, shownText, shownPressed, shownLevel, shownDepartures),
		Actions: plugins.Actions(shownActions...),
		New: func(env plugins.Env, _ struct{}) (plugins.Plugin, error) {
			called = make(chan string, 16)
			return &shown{env, called}, nil
		},
	})
}

func (s *shown) Start(t *plugins.Task) error {
	shownPressed.Set(s.env, topics.Press{})
	shownText.Set(s.env, "a dot")
	for _, action := range shownActions {
		action.Handle(s.env, func(string) error {
			shownPressed.Set(s.env, topics.Press{Down: action.Name() == "press"})
			s.called <- action.Name()
			return nil
		})
	}
	picture := image.NewGray(image.Rect(0, 0, 10, 2))
	picture.SetGray(9, 1, color.Gray{Y: 0xFF})
	shownPicture.Set(s.env, topics.Picture{Gray: picture})
	shownLevel.Set(s.env, topics.Level{Goal: 0.5, Now: 0.25, Duty: 0xFFFF, Turned: -3})
	now := s.env.Clock.Now()
	shownDepartures.Set(s.env, topics.Departures{
		Stop: "Huntingdale", Period: 30 * time.Second, Received: t.Now(), Walk: 5 * time.Minute,
		List: []topics.Departure{
			{Scheduled: now.Add(-time.Minute), Headsign: "has left"},
			{Scheduled: now.Add(2 * time.Minute), Headsign: "too soon"},
			{Scheduled: now.Add(9 * time.Minute), Estimated: now.Add(10 * time.Minute), Headsign: "City", Platform: "1"},
		},
	})
	s.env.Meter.Count("looks_total", 3)
	s.env.Meter.Set("a_fraction_of_nothing", math.NaN())
	s.env.Meter.Set("for_ever_seconds", math.Inf(1))
	return nil
}

func (s *shown) Stop(*plugins.Task) error { return nil }

// withPage runs a daemon with a web server, in real time, until look returns.
func withPage(t *testing.T, http string, look func(address string)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	address := l.Addr().String()
	yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s'%s}\nplugins: {one: {plugin: shown}}\n", address, http)
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

func TestStateHasWhatTheInstancesPublish(t *testing.T) {
	withPage(t, "", func(address string) {
		s := get(t, address)
		if len(s.Panels) != 1 || fmt.Sprint(s.Panels[0].Rows) != "[0000 0040]" || s.Panels[0].Width != 10 || s.Panels[0].Text != "a dot" {
			t.Errorf("the panel: %+v", s.Panels)
		}
		if len(s.Lamps) != 1 || s.Lamps[0] != (web.Lamp{Instance: "one", Goal: 0.5, Level: 0.25, Duty: 1, Turned: -3}) {
			t.Errorf("the lamp: %+v", s.Lamps)
		}
		if d := s.Departures[0]; d.Freshness != web.Fresh || len(d.Next) != 2 || !d.Next[0].OutOfReach || d.Next[1].OutOfReach || d.Next[1].Late != 60 {
			t.Errorf("departures: %+v", d)
		}
		if i := s.Instances[0]; i.Health != "ok" || i.Plugin != "shown" || len(i.Meter) != 1 || i.Meter["looks_total"] != 3 {
			t.Errorf("instances: %+v", i)
		}
		if s.Loop == nil || len(s.Loop.Tasks) < 5 || s.World != nil {
			t.Errorf("the loop: %+v; the world: %v", s.Loop, s.World)
		}
	})
}

func TestActionsOnARealBoardAreRefused(t *testing.T) {
	withPage(t, "", func(address string) {
		if s := get(t, address); len(s.Buttons) != 1 || s.Buttons[0].Offered || s.Lamps[0].Offered {
			t.Errorf("%+v %+v", s.Buttons, s.Lamps)
		}
		for _, command := range []string{`{"do":"press","name":"one"}`, `{"do":"turn","name":"one","amount":1}`, `{"do":"break","name":"network"}`, `{"do":"speed","amount":60}`} {
			if status, text := post(t, address, command); status != http.StatusConflict {
				t.Errorf("%s: %d %s", command, status, text)
			}
		}
		if len(called) > 0 {
			t.Errorf("called: %v", <-called)
		}
	})
}

func TestRemoteControlCallsActions(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		for _, command := range []string{`{"do":"press","name":"one"}`, `{"do":"release","name":"one"}`, `{"do":"turn","name":"one","amount":-2}`, `{"do":"turn","name":"one","amount":1}`} {
			if status, text := post(t, address, command); status != http.StatusNoContent {
				t.Errorf("%s: %d %s", command, status, text)
			}
		}
		if status, text := post(t, address, `{"do":"press","name":"two"}`); status != http.StatusConflict || !strings.Contains(text, "no such action") {
			t.Errorf("%d %s", status, text)
		}
		for _, want := range []string{"press", "release", "down", "down", "up"} {
			if got := <-called; got != want {
				t.Errorf("called %s, want %s", got, want)
			}
		}
	})
}

func TestClientGetsTheWholeStateAndItsButtonIsReleasedWhenItLeaves(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		answer, err := http.Get(address + "/events")
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
		}
		var s web.State
		if err := json.Unmarshal([]byte(strings.TrimPrefix(lines.Text(), "data: ")), &s); err != nil || s.Panels == nil || s.Lamps == nil || s.Loop == nil {
			t.Errorf("%s: %v", lines.Text(), err)
		}
		post(t, address, `{"do":"press","name":"one"}`)
		answer.Body.Close()
		if first, second := <-called, <-called; first != "press" || second != "release" {
			t.Errorf("called %s, %s", first, second)
		}
	})
}

func TestUnreadableTokenStopsTheDaemonUnlessOnLoopback(t *testing.T) {
	for listen, refused := range map[string]bool{"0.0.0.0:8337": true, "127.0.0.1:8337": false} {
		t.Run(listen, func(t *testing.T) {
			yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s', token: {file: /nowhere/token}}\nplugins: {one: {plugin: shown}}\n", listen)
			file, err := config.Parse("test.yaml", []byte(yaml), 0o600)
			if err != nil {
				t.Fatal(err)
			}
			err = daemon.New(daemon.Options{
				File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0), Lasts: time.Second,
			}).Run(t.Context())
			if (err != nil) != refused {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAddressInUseIsRetriedAndLoggedOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	yaml := fmt.Sprintf("board: sim\nhttp: {listen: '%s'}\nplugins: {one: {plugin: shown}}\n", taken.Addr())
	file, err := config.Parse("test.yaml", []byte(yaml), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	clock := scheduler.NewVirtualClock(0)
	d := daemon.New(daemon.Options{File: file, Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: clock, Lasts: 5 * time.Minute})
	if err := d.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "web server cannot listen; retrying"); n != 1 || clock.Now() < scheduler.Instant(5*time.Minute) {
		t.Errorf("logged %d times until %v", n, clock.Now())
	}
}

func TestClientSeesTheButtonDown(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		answer, err := http.Get(address + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		next := func() web.State {
			for lines.Scan() {
				var s web.State
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &s) == nil && s.Buttons != nil {
					return s
				}
			}
			t.Fatal("the stream has ended")
			return web.State{}
		}
		if first := next(); first.Buttons[0].Down {
			t.Error("the button is down at first")
		}
		for _, verb := range []string{"press", "release"} {
			post(t, address, fmt.Sprintf(`{"do":%q,"name":"one"}`, verb))
			if got := next(); got.Buttons[0].Down != (verb == "press") {
				t.Errorf("after a %s: %+v", verb, got.Buttons)
			}
		}
	})
}

func TestReleaseIsExecutedEvenLate(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		post(t, address, `{"do":"press","name":"one"}`)
		<-called
		for range cap(called) {
			called <- "" // the next action blocks the loop
		}
		for _, command := range []string{`{"do":"turn","name":"one","amount":1}`, `{"do":"release","name":"one"}`, `{"do":"turn","name":"one","amount":1}`} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			r, _ := http.NewRequestWithContext(ctx, http.MethodPost, address+"/api/do", strings.NewReader(command))
			if answer, err := http.DefaultClient.Do(r); err == nil {
				t.Errorf("%s: %s while the loop was blocked", command, answer.Status)
			}
			cancel()
		}
		for range cap(called) {
			<-called
		}
		for _, want := range []string{"up", "release"} {
			if got := <-called; got != want {
				t.Errorf("called %s, want %s", got, want)
			}
		}
	})
}
