package mqtt_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"ptvd/internal/fakeserver/motisserver"
	"ptvd/plugins"
	_ "ptvd/plugins/motis"
	"ptvd/plugins/plugintest"
	_ "ptvd/plugins/remote"
	"ptvd/plugins/topics"
)

type served struct{ http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func TestDeparturesOfOneBoardAreThoseOfOthersAlsoOfOneThatComesLater(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Net.HTTP = served{motisserver.New(func() time.Time { return plugintest.Epoch })}
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
