package remote_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver/motisserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	_ "ptvd/plugins/motis"
	"ptvd/plugins/plugintest"
	_ "ptvd/plugins/remote"
	"ptvd/plugins/topics"
)

// shared is where a board receives what others share.
var shared = plugins.NewTopic[topics.Inbox]("shared", "what others share", plugins.State(0))

// site is a number of boards on one loop, and the broker between them.
type site struct {
	*plugintest.Harness
	fake    plugintest.Transport
	asked   map[string]int // how often each contact has
	deliver []func(topics.Received)
}

func newSite(t *testing.T, boards int) *site {
	s := &site{Harness: plugintest.New(t), asked: map[string]int{}}
	start := s.Loop.Now()
	s.fake.Handler = motisserver.New(func() time.Time { return plugintest.Epoch.Add(s.Loop.Now().Sub(start)) })
	s.Net = plugins.Network{HTTP: s, Agent: "ptvd/1.2.3"}
	for i := range boards {
		publish := plugintest.Publish(s.Harness, fmt.Sprint("broker", i), shared)
		s.deliver = append(s.deliver, func(r topics.Received) {
			r.Came = s.Loop.Now()
			publish(topics.Inbox{r})
		})
	}
	return s
}

func (s *site) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked[r.UserAgent()]++
	return s.fake.RoundTrip(r)
}

// source starts a source that shares what it fetches.
func (s *site) source(t *plugins.Task, name, options string) *plugintest.Instance {
	return s.Start(t, name, "{plugin: motis, share: true, stop: "+motisserver.Stop+", contact: "+name+", "+options+"}")
}

// relay passes on what an instance shares to all boards but one, as the broker does, until
// the task ends.
func (s *site) relay(t *plugins.Task, instance string, but int) error {
	watch := plugins.WatchTopic(s.Instance("relay", "motis").Env(), plugins.From[any]{Instance: instance, Topic: "shared"})
	for {
		envelope, err := watch.Next(t)
		if err != nil {
			return err
		}
		payload, err := json.Marshal(envelope)
		if err != nil {
			return err
		}
		if err := t.Sleep(50 * time.Millisecond); err != nil {
			return err
		}
		left := time.Duration((envelope.MaxAge - envelope.Age) * float64(time.Second))
		for i, deliver := range s.deliver {
			if i != but {
				deliver(topics.Received{Topic: "ptvd/" + instance + "/shared", Payload: payload, Left: left})
			}
		}
	}
}

// fetches returns how often boards have asked since the last call, and how many of them.
func (s *site) fetches(kind string) (times, boards int) {
	for agent, n := range s.asked {
		if strings.Contains(agent, "("+kind) {
			times += n
			boards++
			delete(s.asked, agent)
		}
	}
	return times, boards
}

func TestTenBoardsThatStartAtOnceAskMostlyOnceAPeriodAlsoAfterAPublisherHasDied(t *testing.T) {
	const boards = 10
	s := newSite(t, boards+1) // the last one is the publisher's
	s.Run(func(task *plugins.Task) error {
		return task.Group(func(g *plugins.Group) error {
			var published []*plugins.Subscription[topics.Departures]
			var all []*plugintest.Instance
			var relays []*plugins.Task
			for i := range boards {
				own := fmt.Sprint("own", i)
				all = append(all, s.source(task, own, "on_demand: true"),
					s.Start(task, fmt.Sprint("board", i), fmt.Sprintf("{plugin: remote, from: broker%d, ask: %s, walk: 2m}", i, own)))
				published = append(published, plugintest.Subscribe[topics.Departures](s.Harness, fmt.Sprint("board", i), "departures"))
				relays = append(relays, g.Go("relay", func(t *plugins.Task) error { return s.relay(t, own, i) }))
			}
			// run lets time pass, in which no board's departures are older than a limit.
			run := func(lasts, limit time.Duration) {
				t.Helper()
				for end := task.Now().Add(lasts); task.Now() < end; {
					if err := task.Sleep(time.Second); err != nil {
						t.Fatal(err)
					}
					for i, p := range published {
						if d, _ := p.Last(); limit > 0 && task.Now().Sub(d.Received) > limit {
							t.Fatalf("board %d: the departures are %v old", i, task.Now().Sub(d.Received))
						}
					}
				}
			}
			run(90*time.Second, 0)
			if times, asking := s.fetches("own"); asking < 1 || asking > 3 {
				t.Errorf("at the start %d boards asked, %d times", asking, times)
			}
			run(30*time.Minute, 3*time.Minute)
			if times, asking := s.fetches("own"); times < 20 || times > 40 || asking > 3 {
				t.Errorf("in half an hour %d boards asked, %d times; want one each minute", asking, times)
			}
			publisher := s.source(task, "publisher", "every: 30s")
			relayed := g.Go("relay", func(t *plugins.Task) error { return s.relay(t, "publisher", boards) })
			run(2*time.Minute, 3*time.Minute)
			s.fetches("own")
			run(30*time.Minute, 35*time.Second)
			if times, _ := s.fetches("own"); times != 0 {
				t.Errorf("beside a publisher boards asked %d times", times)
			}
			if err := publisher.Stop(task); err != nil {
				return err
			}
			relayed.Cancel()
			run(4*time.Minute, topics.StaleAfter)
			if times, asking := s.fetches("own"); asking < 1 || asking > 3 {
				t.Errorf("after the publisher has died %d boards asked, %d times", asking, times)
			}
			run(30*time.Minute, 3*time.Minute)
			if times, asking := s.fetches("own"); times < 20 || times > 40 || asking > 3 {
				t.Errorf("in half an hour after it has died %d boards asked, %d times; want one each minute", asking, times)
			}
			for i, p := range published {
				if d, _ := p.Last(); d.Stop != "Huntingdale" || len(d.List) < 10 || d.Walk != 2*time.Minute || d.Period != time.Minute || d.Attribution == "" {
					t.Errorf("board %d: %+v", i, d)
				}
			}
			for _, i := range all {
				if i.Health.Condition != host.OK {
					t.Errorf("%s: %s", i.Name, i.Health.Why)
				}
				if err := i.Stop(task); err != nil {
					return err
				}
			}
			for _, relay := range relays {
				relay.Cancel()
			}
			return nil
		})
	})
}

// message is what a board has shared: a train in a number of minutes.
func message(minutes int, left time.Duration) topics.Received {
	at := plugintest.Epoch.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
	return topics.Received{Left: left, Payload: fmt.Appendf(nil,
		`{"max_age_s": 300, "value": {"stop": "Hill Top", "period_s": 30, "complete": true, "list": [{"scheduled": "%s", "headsign": "City", "platform": "1"},
		{"scheduled": "%[1]s", "headsign": "Depo", "platform": "2"}]}}`, at)}
}

func TestTheAgeIsKnownWithoutAClockAndTheWaitIsRightOnceItIsSet(t *testing.T) {
	s := newSite(t, 1)
	s.System.Sync, s.System.Step = false, -20*365*24*time.Hour
	s.Run(func(task *plugins.Task) error {
		board := s.Start(task, "board", "{plugin: remote, from: broker0, walk: 4m, towards: city}")
		published := plugintest.Subscribe[topics.Departures](s.Harness, "board", "departures")
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		s.deliver[0](message(11, 200*time.Second))
		if err := task.Sleep(20 * time.Second); err != nil {
			return err
		}
		d, _ := published.Last()
		moment := topics.Moment{Now: s.Clock.Now(), Synchronized: s.Clock.Synchronized(), Mono: task.Now()}
		if age := task.Now().Sub(d.Received); age != 2*time.Minute || len(d.List) != 1 || d.Walk != 4*time.Minute || moment.Synchronized {
			t.Errorf("it is %v old, want 2m: %+v", age, d)
		}
		if freshness, _ := d.Freshness(moment); freshness != topics.Old {
			t.Errorf("two minutes old in a period of 30 s it is %s", freshness)
		}
		if _, why, _ := (topics.Group{d}).Next(moment, 1, 0); why != topics.NoClock {
			t.Errorf("without a clock: %s", why)
		}
		s.System.Sync, s.System.Step = true, 0
		moment = topics.Moment{Now: plugintest.Epoch.Add(21 * time.Second), Synchronized: true, Mono: task.Now()}
		list, _, _ := (topics.Group{d}).Next(moment, 1, 0)
		if len(list) != 1 {
			t.Fatal("once the clock is set nothing leaves")
		}
		if wait, _ := list[0].Wait(moment); wait != 11*time.Minute-21*time.Second {
			t.Errorf("once the clock is set it leaves in %v", wait)
		}
		return board.Stop(task)
	})
}

func TestRubbishAndOlderDeparturesAreIgnored(t *testing.T) {
	s := newSite(t, 1)
	s.Run(func(task *plugins.Task) error {
		board := s.Start(task, "board", "{plugin: remote, from: broker0}")
		published := plugintest.Subscribe[topics.Departures](s.Harness, "board", "departures")
		first := func() string {
			if err := task.Sleep(time.Second); err != nil {
				t.Fatal(err)
			}
			if d, _ := published.Last(); len(d.List) > 0 {
				return d.List[0].Scheduled.Sub(plugintest.Epoch).String()
			}
			return ""
		}
		for _, rubbish := range []string{"", "<html>", "null", "[]", `{"max_age_s": 300`, `{"max_age_s": 300, "value": {"list": {}}}`, strings.Repeat("[", 60_000)} {
			if s.deliver[0](topics.Received{Payload: []byte(rubbish), Left: time.Minute}); first() != "" {
				t.Errorf("%.20q is published", rubbish)
			}
		}
		if n := board.Meter.All()["messages_invalid_total"]; n != 7 {
			t.Errorf("%v messages are counted as invalid, want 7", n)
		}
		if s.deliver[0](message(9, 290*time.Second)); first() != "9m0s" {
			t.Error("a good message is not published")
		}
		older := message(8, 100*time.Second)
		older.Topic = "ptvd/another/trains/shared"
		if s.deliver[0](older); first() != "9m0s" {
			t.Error("an older one of another board takes its place")
		}
		return board.Stop(task)
	})
}

func TestTheNextMessageOfABoardIsNewerHoweverLongTheOneBeforeWasOnItsWay(t *testing.T) {
	s := newSite(t, 1)
	s.Run(func(task *plugins.Task) error {
		board := s.Start(task, "board", "{plugin: remote, from: broker0}")
		published := plugintest.Subscribe[topics.Departures](s.Harness, "board", "departures")
		// The first one lay in a buffer for 8 s after the broker had sent it, which its age
		// does not tell, and the second one arrives 2 s later, 3 s old.
		for _, m := range []topics.Received{message(9, 300*time.Second), message(8, 297*time.Second)} {
			s.deliver[0](m)
			if err := task.Sleep(2 * time.Second); err != nil {
				return err
			}
		}
		if d, _ := published.Last(); len(d.List) == 0 || d.List[0].Scheduled.Sub(plugintest.Epoch) != 8*time.Minute {
			t.Errorf("it has %+v", d)
		}
		return board.Stop(task)
	})
}

func TestABoardThatHearsNothingAndHasNothingToAskSaysSo(t *testing.T) {
	s := newSite(t, 1)
	s.Run(func(task *plugins.Task) error {
		board := s.Start(task, "board", "{plugin: remote, from: broker0}")
		published := plugintest.Subscribe[topics.Departures](s.Harness, "board", "departures")
		look := func(after time.Duration, problem string) {
			t.Helper()
			if err := task.Sleep(after); err != nil {
				t.Fatal(err)
			}
			if d, _ := published.Last(); d.Problem != problem || (board.Health.Condition == host.OK) != (problem == "") {
				t.Errorf("the problem is %q, the health %s; want %q", d.Problem, board.Health.Why, problem)
			}
		}
		look(29*time.Second, "")
		look(2*time.Second, "nothing shared")
		s.deliver[0](message(30, 300*time.Second))
		look(110*time.Second, "")
		look(4*time.Minute, "nothing shared")
		s.deliver[0](message(30, 300*time.Second))
		look(time.Second, "")
		return board.Stop(task)
	})
}
