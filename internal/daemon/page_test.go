package daemon_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ptvd/internal/web"
)

// values returns the values of the topics as JSON, by topic.
func values(t *testing.T, s web.State) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, topic := range s.Topics {
		text, err := json.Marshal(topic.Value)
		if err != nil {
			t.Fatal(err)
		}
		all[topic.Topic] = string(text)
	}
	return all
}

func TestStateHasWhatTheInstancesPublish(t *testing.T) {
	withPage(t, "", func(address string) {
		s := get(t, address)
		got := values(t, s)
		for topic, want := range map[string]string{
			"pressed":   `{"down":false}`,
			"level":     `{"duty":1,"goal":0.5,"level":0.25,"turned":-3}`,
			"event":     `"none"`,
			"expired":   `null`,
			"nothing":   `null`,
			"invalid":   `{"encode_error":"json: unsupported type: func()"}`,
			"explosive": `{"encode_error":"panic: boom"}`,
		} {
			if got[topic] != want {
				t.Errorf("%s: got %s, want %s", topic, got[topic], want)
			}
		}
		if !strings.Contains(got["departures"], `"freshness":"stale"`) {
			t.Errorf("a payload that says its own age is left out: %s", got["departures"])
		}
		ages := map[string]web.Topic{}
		for _, topic := range s.Topics {
			ages[topic.Topic] = topic
		}
		if d := ages["departures"]; d.Age < 3600 || d.Type != "departures" || d.Class != "state" || d.Instance != "one" || d.Plugin != "shown" || d.Doc == "" {
			t.Errorf("departures: %+v", d)
		}
		if ages["nothing"].Age != -1 || ages["expired"].Age < 0 {
			t.Errorf("without a value: %+v %+v", ages["nothing"], ages["expired"])
		}
		if i := s.Instances[0]; i.Health != "ok" || i.Plugin != "shown" || len(i.Meter) != 1 || i.Meter["looks_total"] != 3 {
			t.Errorf("instances: %+v", i)
		}
		if s.Loop == nil || len(s.Loop.Tasks) < 5 || s.World != nil {
			t.Errorf("the loop: %+v; the world: %v", s.Loop, s.World)
		}
	})
}

func TestAPluginIsToldWhereThePageIsServed(t *testing.T) {
	withPage(t, "", func(address string) {
		if told := *toldPage.Load(); "http://"+told != address {
			t.Errorf("it is told %s, and the page is at %s", told, address)
		}
	})
}

func TestInstanceListsItsActions(t *testing.T) {
	withPage(t, "", func(address string) {
		want := []web.Action{
			{Name: "press", Doc: "presses", EndedBy: "release"},
			{Name: "release", Doc: "releases"},
			{Name: "up", Doc: "goes up"},
			{Name: "set", Doc: "sets it", Arg: "on or off"},
		}
		if i := get(t, address).Instances[0]; !slices.Equal(i.Actions, want) || i.Offered {
			t.Errorf("got %+v", i)
		}
	})
}

func TestActionsOnARealBoardAreRefused(t *testing.T) {
	withPage(t, "", func(address string) {
		for _, command := range []string{`{"do":"call","action":"one.press"}`, `{"do":"break","name":"network"}`, `{"do":"speed","amount":60}`} {
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
		if !get(t, address).Instances[0].Offered {
			t.Error("the actions are not offered")
		}
		for _, command := range []string{
			`{"do":"call","action":"one.press"}`, `{"do":"call","action":"one.release"}`,
			`{"do":"call","action":"one.up","times":2}`, `{"do":"call","action":"one.set","arg":"on"}`,
		} {
			if status, text := post(t, address, command); status != http.StatusNoContent {
				t.Errorf("%s: %d %s", command, status, text)
			}
		}
		for command, want := range map[string]string{
			`{"do":"call","action":"two.press"}`:              "two.press: no such instance; there is one",
			`{"do":"call","action":"one.absent"}`:             "one.absent: no such action; there is press, release, up, set",
			`{"do":"call","action":"one.press","arg":"hard"}`: "one.press takes no argument; write one.press",
			`{"do":"call","action":"one.set"}`:                "one.set needs an argument: on or off",
			`{"do":"call","action":"one.set","arg":"loud"}`:   "one.set: not on or off",
		} {
			if status, text := post(t, address, command); status != http.StatusConflict || text != want {
				t.Errorf("%s: %d %s", command, status, text)
			}
		}
		for _, want := range []string{"press", "release", "up", "up", "set on"} {
			if got := <-called; got != want {
				t.Errorf("called %s, want %s", got, want)
			}
		}
	})
}

// events returns a function that waits for the next event, as a client of /events.
func events(t *testing.T, address string) (next func() web.State, leave func() error) {
	t.Helper()
	answer, err := http.Get(address + "/events")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	return func() web.State {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var s web.State
				if err := json.Unmarshal([]byte(data), &s); err != nil {
					t.Fatal(err)
				}
				return s
			}
		}
		t.Fatal("the stream has ended")
		return web.State{}
	}, answer.Body.Close
}

func TestClientGetsTheWholeStateAndItsButtonIsReleasedWhenItLeaves(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		next, leave := events(t, address)
		if s := next(); len(s.Topics) != 8 || s.Instances == nil || s.Loop == nil || s.Clock == nil {
			t.Errorf("got %+v", s)
		}
		post(t, address, `{"do":"call","action":"one.press"}`)
		leave()
		if first, second := <-called, <-called; first != "press" || second != "release" {
			t.Errorf("called %s, %s", first, second)
		}
	})
}

func TestClientGetsWhatChanges(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		next, leave := events(t, address)
		defer leave()
		if got := values(t, next())["pressed"]; got != `{"down":false}` {
			t.Errorf("at first: %s", got)
		}
		for _, action := range []string{"press", "release"} {
			post(t, address, fmt.Sprintf(`{"do":"call","action":"one.%s"}`, action))
			want := map[string]string{"pressed": fmt.Sprintf(`{"down":%t}`, action == "press"), "event": `"` + action + `"`}
			for {
				got := values(t, next())
				if got["event"] == want["event"] && got["pressed"] == want["pressed"] {
					break
				}
			}
		}
	})
}

func TestBetweenReportsOnlyChangedTopicsAreSent(t *testing.T) {
	withPage(t, "", func(address string) {
		next, leave := events(t, address)
		defer leave()
		var reports, changes int
		for reports < 3 {
			switch s := next(); {
			case s.Instances != nil:
				if reports++; len(s.Topics) != 8 {
					t.Fatalf("a report has %d topics", len(s.Topics))
				}
			case s.Topics == nil && s.Clock != nil:
			case len(s.Topics) == 1 && s.Topics[0].Topic == "level":
				changes++
			default:
				t.Fatalf("only the level has changed, and this was sent: %+v", s)
			}
		}
		if changes < 5 {
			t.Errorf("%d changes were sent in two seconds", changes)
		}
	})
}

func TestReleaseIsExecutedEvenLate(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		post(t, address, `{"do":"call","action":"one.press"}`)
		<-called
		const ups = 18 // one more than can be called while only the first of them is received
		first := make(chan int)
		go func() {
			status, _ := post(t, address, fmt.Sprintf(`{"do":"call","action":"one.up","times":%d}`, ups))
			first <- status
		}()
		<-called // the action blocks the loop from here on
		for _, command := range []string{`{"do":"call","action":"one.release"}`, `{"do":"call","action":"one.up"}`} {
			if answer := abandon(t, address, command); answer != web.LoopBlocked {
				t.Errorf("%s: %s", command, answer)
			}
		}
		for range ups - 1 {
			<-called
		}
		<-first
		post(t, address, `{"do":"call","action":"one.press"}`)
		for _, want := range []string{"release", "press"} {
			if got := <-called; got != want {
				t.Errorf("called %s, want %s", got, want)
			}
		}
	})
}

// abandon posts a command as a client that goes away before it is answered, and returns
// the answer that it does not see.
func abandon(t *testing.T, address, command string) string {
	t.Helper()
	host := strings.TrimPrefix(address, "http://")
	client, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fmt.Fprintf(client, "POST /api/do HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", host, len(command), command)
	client.(*net.TCPConn).CloseWrite()
	answer, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return strings.TrimSpace(string(text))
}
