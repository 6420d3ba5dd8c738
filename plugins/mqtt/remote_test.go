package mqtt_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/fakeserver/motisserver"
	"ptvd/plugins"
	_ "ptvd/plugins/motis"
	"ptvd/plugins/plugintest"
	_ "ptvd/plugins/remote"
	"ptvd/plugins/topics"
)

func TestDeparturesOfOneBoardAreThoseOfOthersAlsoOfOneThatComesLater(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Net.HTTP = plugintest.Transport{Handler: motisserver.New(func() time.Time { return plugintest.Epoch })}
	h.Run(func(task *plugins.Task) error {
		trains := h.Start(task, "trains", "{plugin: motis, share: true, stop: "+motisserver.Stop+", contact: me}")
		fetched := plugintest.Subscribe[topics.Departures](h, "trains", "departures")
		all := []*plugintest.Instance{trains, h.Start(task, "kitchen", "{plugin: mqtt, prefix: ptvd/kitchen, client_id: kitchen, publish: [trains.shared], broker: 'mqtt://"+b.Address+"'}")}
		for _, name := range []string{"hall", "attic"} {
			all = append(all,
				h.Start(task, name, "{plugin: mqtt, prefix: ptvd/"+name+", client_id: "+name+", publish: [trains.departures], subscribe: {shared: ptvd/+/trains/shared}, broker: 'mqtt://"+b.Address+"'}"),
				h.Start(task, name+"-board", "{plugin: remote, from: "+name+".shared}"))
			published := plugintest.Subscribe[topics.Departures](h, name+"-board", "departures")
			d, _ := published.Last()
			for len(d.List) == 0 {
				var err error
				if d, err = published.Next(task); err != nil {
					return err
				}
			}
			want, _ := fetched.Last()
			if off := d.Received.Sub(want.Received).Abs(); off > 3*time.Second || len(d.List) < 10 || !reflect.DeepEqual(d.List, want.List) || d.Attribution != want.Attribution {
				t.Errorf("%s: received %v apart from what was fetched:\n got %+v\nwant %+v", name, off, d, want)
			}
		}
		for _, i := range all {
			if err := i.Stop(task); err != nil {
				return err
			}
		}
		return nil
	})
}

// askers counts the requests of each board, which they tell by their contact.
type askers struct {
	plugintest.Transport
	mutex sync.Mutex
	asked map[string]int
}

func (a *askers) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mutex.Lock()
	a.asked[r.UserAgent()]++
	a.mutex.Unlock()
	return a.Transport.RoundTrip(r)
}

// since returns how often boards have asked since the last call, and how many of them.
func (a *askers) since() (times, boards int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, n := range a.asked {
		times += n
	}
	boards = len(a.asked)
	clear(a.asked)
	return times, boards
}

func TestTenBoardsThatStartAtOnceAskOnceAPeriodAndAfterTheirPublisherHasDied(t *testing.T) {
	const boards = 10
	h, b := plugintest.NewBesideProcess(t), startBroker(t)
	api := &askers{Transport: plugintest.Transport{Handler: motisserver.New(h.System.Now)}, asked: map[string]int{}}
	h.Net = plugins.Network{HTTP: api, Dial: new(net.Dialer).DialContext}
	home := func(name, options string) string {
		return "{plugin: mqtt, prefix: site/" + name + ", client_id: " + name + ", publish: [" + name + "-trains.shared], broker: 'mqtt://" + b.Address + "'" + options + "}"
	}
	trains := func(name, options string) string {
		return "{plugin: motis, share: true, stop: " + motisserver.Stop + ", contact: " + name + ", " + options + "}"
	}
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		var published []*plugins.Subscription[topics.Departures]
		var all []*plugintest.Instance
		for i := range boards {
			name := fmt.Sprint("board", i)
			all = append(all, h.Start(task, name+"-trains", trains(name, "on_demand: true")),
				h.Start(task, name, home(name, ", subscribe: {shared: site/+/+/shared}")),
				h.Start(task, name+"-remote", "{plugin: remote, from: "+name+".shared, ask: "+name+"-trains}"))
			published = append(published, plugintest.Subscribe[topics.Departures](h, name+"-remote", "departures"))
		}
		for online := 0; online < boards; {
			if p := o.any(); strings.HasSuffix(p.Topic, "/status") && string(p.Payload) == "online" {
				online++
			}
		}
		barrier := func(i int) *paho.Publish {
			return &paho.Publish{Topic: fmt.Sprintf("site/board%d/cmd/none/none", i)}
		}
		// run lets time pass, in which no board's departures are older than a limit. With each
		// step it waits until every board has what was published before.
		run := func(lasts, limit time.Duration) {
			t.Helper()
			for end := task.Now().Add(lasts); task.Now() < end; {
				task.Sleep(3 * time.Second)
				_, err := plugins.Await(task, func(ctx context.Context) (*paho.PublishResponse, error) {
					for i := range boards - 1 {
						if r, err := o.Publish(ctx, barrier(i)); err != nil {
							return r, err
						}
					}
					return o.Publish(ctx, barrier(boards-1))
				})
				if err != nil {
					t.Fatal(err)
				}
				for range boards {
					for p := o.any(); !strings.HasSuffix(p.Topic, "/result"); p = o.any() {
					}
				}
				for i, p := range published {
					if d, _ := p.Last(); limit > 0 && task.Now().Sub(d.Received) > limit {
						t.Fatalf("board %d: the departures are %v old", i, task.Now().Sub(d.Received))
					}
				}
			}
		}
		run(90*time.Second, 0)
		if times, asking := api.since(); asking < 1 || asking > 3 {
			t.Errorf("at the start %d boards asked, %d times", asking, times)
		}
		run(5*time.Minute, 3*time.Minute)
		if times, asking := api.since(); times < 3 || times > 8 || asking > 3 {
			t.Errorf("in five minutes %d boards asked, %d times; want one each minute", asking, times)
		}
		publisher := []*plugintest.Instance{h.Start(task, "hub-trains", trains("hub", "every: 30s")), h.Start(task, "hub", home("hub", ""))}
		run(time.Minute, 3*time.Minute)
		api.since()
		run(3*time.Minute, 40*time.Second)
		if times, asking := api.since(); asking != 1 || times < 5 || times > 7 {
			t.Errorf("beside a publisher that asks twice a minute %d boards asked, %d times in three minutes", asking, times)
		}
		for _, i := range publisher {
			if err := i.Stop(task); err != nil {
				return err
			}
		}
		run(4*time.Minute, topics.StaleAfter)
		if times, asking := api.since(); asking < 1 || asking > 3 {
			t.Errorf("after the publisher has died %d boards asked, %d times", asking, times)
		}
		run(5*time.Minute, 3*time.Minute)
		if times, asking := api.since(); times < 3 || times > 8 || asking > 3 {
			t.Errorf("in five minutes after it has died %d boards asked, %d times; want one each minute", asking, times)
		}
		for _, i := range all {
			if err := i.Stop(task); err != nil {
				return err
			}
		}
		return nil
	})
}
