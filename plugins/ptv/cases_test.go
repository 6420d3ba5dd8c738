package ptv_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver/ptvreply"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

type service = ptvreply.Service

// answer is a reply of the API, made when the harness starts.
func answer(services ...service) string { return ptvreply.New(plugintest.Epoch, services...) }

// replies are the answers of an API, one after the other; the last one stays.
type replies struct {
	*plugintest.Harness
	texts []string
	date  string // a header; empty: there is none
	asked []*http.Request
	at    []plugins.Instant
}

func (r *replies) RoundTrip(request *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	if r.date != "" {
		recorder.Header().Set("Date", r.date)
	}
	recorder.WriteString(r.texts[min(len(r.asked), len(r.texts)-1)])
	r.asked, r.at = append(r.asked, request), append(r.at, r.Loop.Now())
	return recorder.Result(), nil
}

// published runs an instance on replies, which have no Date, and returns what it has
// published after a while.
func published(t *testing.T, lasts time.Duration, change func(*ptv.Config), texts ...string) (topics.Departures, *plugintest.Instance, *replies) {
	t.Helper()
	return publishedOn("", t, lasts, change, texts...)
}

// publishedOn is published with replies that have a Date.
func publishedOn(date string, t *testing.T, lasts time.Duration, change func(*ptv.Config), texts ...string) (topics.Departures, *plugintest.Instance, *replies) {
	t.Helper()
	h := plugintest.New(t)
	api := &replies{Harness: h, texts: texts, date: date}
	h.Net.HTTP = api
	cfg := config()
	cfg.Stop = 7
	if change != nil {
		change(&cfg)
	}
	var found topics.Departures
	var trains *plugintest.Instance
	h.Run(func(task *plugins.Task) error {
		trains = h.Instance("trains", "ptv").StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
		if err := task.Sleep(lasts); err != nil {
			return err
		}
		found, _ = plugintest.Subscribe[topics.Departures](h, "trains", "departures").Last()
		return trains.Stop(task)
	})
	return found, trains, api
}

// minutes are the scheduled departures, in minutes after the start.
func minutes(d topics.Departures) string {
	var all []string
	for _, one := range d.List {
		all = append(all, fmt.Sprint(int(one.Scheduled.Sub(plugintest.Epoch)/time.Minute)))
	}
	return strings.Join(all, " ")
}

func TestOnlyWhatCanBeBoardedIsADeparture(t *testing.T) {
	d, _, _ := published(t, time.Second, nil, answer(
		service{In: 4, Flags: "DOO", Destination: "City"},
		service{In: 6, Final: 7, Destination: "Hill Top"},
		service{In: 8, Final: 7, Run: "loop", Destination: "Hill Top"}, service{In: 38, Final: 7, Run: "loop", Destination: "Hill Top"},
		service{In: 10, Final: 7, Sequence: 1, Destination: "Hill Top"},
		service{In: 12, Flags: "PUO", Destination: "City"}, service{In: 14, Flags: "RR-S_WCA", Destination: "City"},
	))
	if got := minutes(d); got != "8 10 12 14" {
		t.Errorf("the departures are in %s minutes, want 8 (the first call of a loop), 10 (it starts here), 12 and 14", got)
	}
}

// The API cuts its reply at max_results, whatever can be boarded.
func TestAReplyThatWasCutIsNotTheEndOfServiceAlthoughNothingInItCanBeBoarded(t *testing.T) {
	setDown := service{In: 4, Flags: "DOO", Destination: "City"}
	d, _, _ := published(t, time.Second, func(c *ptv.Config) { c.Count = 1 }, answer(setDown, setDown))
	if len(d.List) != 0 || d.Complete {
		t.Errorf("%d departures, complete: %v; want none, not complete", len(d.List), d.Complete)
	}
}

func TestAnEmptyReplyIsBelievedWhenASecondOneFollows(t *testing.T) {
	full := answer(service{In: 7, Destination: "City"}, service{In: 16, Destination: "City"})
	d, _, api := published(t, 45*time.Second, nil, full, answer(), full)
	if got := minutes(d); got != "7 16" {
		t.Errorf("after one empty reply there are departures in %q minutes", got)
	}
	if pause := api.at[2].Sub(api.at[1]); pause < 5*time.Second || pause > 10*time.Second {
		t.Errorf("it was asked again after %v, want 5 to 10 s", pause)
	}
	if d, _, _ = published(t, 45*time.Second, nil, full, answer(), answer()); len(d.List) != 0 {
		t.Errorf("after two empty replies there is still %+v", d.List)
	}
}

func TestAnEmptyReplyAfterTheStartIsNotTheEndOfServiceEither(t *testing.T) {
	full := answer(service{In: 7, Destination: "City"})
	d, _, api := published(t, time.Second, nil, answer(), full)
	if d.Received != 0 || len(api.asked) != 1 {
		t.Errorf("after one empty reply it says complete: %v", d.Complete)
	}
	if d, _, _ = published(t, 10*time.Second, nil, answer(), full); minutes(d) != "7" {
		t.Errorf("after the second reply there are departures in %q minutes, want 7", minutes(d))
	}
}

func TestAnEmptyReplyForOneOfTheRoutesIsBelievedWhenASecondOneFollows(t *testing.T) {
	one, two := answer(service{In: 7, Route: 1, Destination: "City"}), answer(service{In: 6, Route: 2, Destination: "Dandenong"})
	routes := func(c *ptv.Config) { c.Routes = []int{1, 2} }
	if d, _, _ := published(t, 32*time.Second, routes, one, two, answer(), two, one, two); minutes(d) != "6 7" {
		t.Errorf("after one reply without route 1 there are departures in %s minutes, want 6 and 7", minutes(d))
	}
	if d, _, _ := published(t, 45*time.Second, routes, one, two, answer(), two, answer(), two); minutes(d) != "6" {
		t.Errorf("after two replies without route 1 there are departures in %s minutes, want 6", minutes(d))
	}
	if d, _, _ := published(t, time.Second, routes, answer(), two); minutes(d) != "6" {
		t.Errorf("at the start there are departures in %q minutes, want those of route 2 at once", minutes(d))
	}
}

func TestAFilterIsNotBlamedWhereNothingLeaves(t *testing.T) {
	d, trains, _ := published(t, time.Minute, func(c *ptv.Config) { c.Routes = []int{7} }, answer())
	if d.Mismatch != "" || d.Received == 0 || trains.Health.Condition != host.OK {
		t.Errorf("mismatch %q, health %s", d.Mismatch, trains.Health.Why)
	}
}

func TestAnEstimateThatVanishesDoesNotMakeATrainEarly(t *testing.T) {
	late := service{In: 1, Late: 6, Run: "1", Destination: "City"}
	lost := late
	lost.NoEstimate = true
	d, _, _ := published(t, 45*time.Second, nil, answer(late), answer(lost))
	if one := d.List[0]; !one.When().Equal(plugintest.Epoch.Add(7*time.Minute)) || one.Live() {
		t.Errorf("it leaves at %v, live: %v; want seven minutes after the start, by the timetable", one.When(), one.Live())
	}
}

func TestAReplacementBusPassesThePlatformFilter(t *testing.T) {
	d, _, _ := published(t, time.Second, func(c *ptv.Config) { c.Platforms = []ptv.Platform{"2"} }, answer(
		service{In: 3, Platform: "1", Destination: "City"}, service{In: 5, Platform: "2", Destination: "City"},
		service{In: 9, Flags: "RRB", Destination: "City"},
	))
	if got := minutes(d); got != "5 9" || !d.List[1].ReplacedByBus {
		t.Errorf("the departures are in %s minutes, want 5 and, by bus, 9", got)
	}
}

func TestRowsOfOneBusAreOneDeparture(t *testing.T) {
	d, _, _ := published(t, time.Second, nil, answer(
		service{In: 5, Route: 1, Number: "802-804-862 combined", NoEstimate: true, Destination: "Chadstone"},
		service{In: 5, Late: 1, Route: 2, Number: "802", Destination: "Chadstone"},
	))
	if len(d.List) != 1 || !d.List[0].Live() || d.List[0].Number != "802" {
		t.Errorf("there are %+v, want bus 802 with real time alone", d.List)
	}
}

func TestAReplyWithoutRunsIsByTheTimetableAndHealthSaysWhy(t *testing.T) {
	text := strings.Replace(answer(service{In: 5, Destination: "City"}), `"runs":{"run0"`, `"runs":{"other"`, 1)
	d, trains, _ := published(t, time.Second, nil, text)
	if len(d.List) != 1 || d.List[0].Live() {
		t.Errorf("there are %+v, want one that is not live", d.List)
	}
	if h := trains.Health; h.Condition != host.Degraded || !strings.Contains(h.Why, "whether they are cancelled is not known") {
		t.Errorf("the health is %s: %s", h.Condition, h.Why)
	}
}

func TestDepartedTrainsDoNotUseUpTheCountOfAReplyWithoutADateOrWithAWrongOne(t *testing.T) {
	for _, date := range []string{"", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"} {
		d, _, _ := publishedOn(date, t, time.Second, func(c *ptv.Config) { c.Count = 2 }, answer(
			service{In: -30, Destination: "City"}, service{In: -20, Destination: "City"}, service{In: 5, Destination: "City"}, service{In: 15, Destination: "City"},
		))
		if got := minutes(d); got != "5 15" {
			t.Errorf("Date %q: the departures are in %s minutes, want 5 and 15", date, got)
		}
	}
}

func TestHealthSaysThatTheClockOfTheBoardIsNotThatOfTheService(t *testing.T) {
	for off, want := range map[time.Duration]string{
		-2 * time.Minute: "the clocks of the board and of the service differ by more than a minute: set the system clock, or add an instance of ntp",
		time.Minute:      "",
	} {
		date := plugintest.Epoch.Add(off).UTC().Format(http.TimeFormat)
		if d, trains, _ := publishedOn(date, t, time.Second, nil, answer(service{In: 5, Destination: "City"})); trains.Health.Why != want || minutes(d) != "5" {
			t.Errorf("%v: departures in %s minutes, and the health is %s: %q, want %q", off, minutes(d), trains.Health.Condition, trains.Health.Why, want)
		}
	}
}

func TestFewRoutesAreAskedOneByOne(t *testing.T) {
	d, _, api := published(t, time.Second, func(c *ptv.Config) { c.Routes = []int{1, 2} },
		answer(service{In: 5, Route: 1, Destination: "City"}), answer(service{In: 3, Route: 2, Destination: "Dandenong"}))
	if got := minutes(d); got != "3 5" || len(api.asked) != 2 {
		t.Errorf("after %d requests the departures are in %s minutes, want 3 and 5 after 2", len(api.asked), got)
	}
	for i, want := range []string{"/stop/7/route/1?", "/stop/7/route/2?"} {
		if got := api.asked[i].URL.RequestURI(); !strings.Contains(got, want) {
			t.Errorf("request %d is %s, want %s in it", i, got, want)
		}
	}
}

func TestAFilterThatMatchesNothingSaysSoWithWhatThereIs(t *testing.T) {
	other := answer(service{In: 5, Route: 1, Platform: "2", Destination: "City"}, service{In: 8, Route: 4, Platform: "1", Destination: "City"})
	d, trains, api := published(t, 90*time.Minute, func(c *ptv.Config) { c.Routes = []int{7, 9} }, answer(), answer(), answer(), answer(), other, answer())
	const want = "routes 7, 9 match nothing at this stop; there are 1, 4"
	if d.Mismatch != want || trains.Health.Condition != host.Degraded || trains.Health.Why != want {
		t.Errorf("it says %q, and the health is %s: %s; want %q", d.Mismatch, trains.Health.Condition, trains.Health.Why, want)
	}
	unfiltered := 0
	for _, r := range api.asked {
		if !strings.Contains(r.URL.Path, "/route/") {
			unfiltered++
		}
	}
	if unfiltered != 2 {
		t.Errorf("in 90 minutes the stop was asked %d times without the filter, want once an hour", unfiltered)
	}
}

func TestAPlatformThatDidOccurIsRememberedForAWeek(t *testing.T) {
	for days, mismatch := range map[int]string{6: "", 8: "platforms 2A match nothing at this stop; none is known"} {
		h := plugintest.New(t)
		api := &replies{Harness: h, texts: []string{answer(service{In: 1, Route: 1, Platform: "2A", Destination: "City"}), answer(service{In: days * 24 * 60, Route: 1, Destination: "City"})}}
		h.Net.HTTP = api
		cfg := config()
		cfg.Stop, cfg.Platforms, cfg.Every = 7, []ptv.Platform{"2a"}, time.Hour
		h.Run(func(task *plugins.Task) error {
			trains := h.Instance("trains", "ptv").StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
			if err := task.Sleep(time.Duration(days)*24*time.Hour + time.Minute); err != nil {
				return err
			}
			if d, _ := plugintest.Subscribe[topics.Departures](h, "trains", "departures").Last(); d.Mismatch != mismatch {
				t.Errorf("after %d days: %q, want %q", days, d.Mismatch, mismatch)
			}
			return trains.Stop(task)
		})
	}
}

func TestATableThatWasCutIsReported(t *testing.T) {
	var runs []string
	for i := range 1001 {
		runs = append(runs, fmt.Sprintf(`"%d":{}`, i))
	}
	text := strings.Replace(answer(service{In: 5, Destination: "City"}), `"runs":{`, `"runs":{`+strings.Join(runs, ",")+",", 1)
	if _, trains, _ := published(t, time.Second, nil, text); !strings.Contains(trains.Health.Why, "more than 1000 entries") {
		t.Errorf("the health is %s: %s", trains.Health.Condition, trains.Health.Why)
	}
}

func TestAnUnknownFlagIsLoggedOnceAndIgnored(t *testing.T) {
	d, trains, api := published(t, 3*time.Minute, nil, answer(service{In: 5, Flags: "XYZ", Destination: "City"}, service{In: 9, Flags: "XYZ", Destination: "City"}))
	lines := strings.Count(api.Log.String(), `unknown value in a reply ignored`)
	if minutes(d) != "5 9" || lines != 1 || trains.Health.Condition != host.OK {
		t.Errorf("departures in %s minutes, %d lines, health %s\n%s", minutes(d), lines, trains.Health.Why, &api.Log)
	}
}

func TestARouteThatDidOccurHasNoMoreServices(t *testing.T) {
	h := plugintest.New(t)
	api := &replies{Harness: h, texts: []string{answer(service{In: 1, Route: 7, Destination: "City"}), answer()}}
	h.Net.HTTP = api
	cfg := config()
	cfg.Stop, cfg.Routes = 7, []int{7}
	h.Run(func(task *plugins.Task) error {
		first := h.Instance("trains", "ptv")
		for run, instance := range []*plugintest.Instance{first, h.Instance("trains", "ptv")} {
			instance.Storage = first.Storage // it is remembered over a restart
			instance.StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
			if err := task.Sleep(5 * time.Minute); err != nil {
				return err
			}
			d, _ := plugintest.Subscribe[topics.Departures](h, "trains", "departures").Last()
			if d.Mismatch != "" || len(d.List) != 0 || instance.Health.Condition != host.OK {
				t.Errorf("run %d: %+v, health %s", run, d, instance.Health.Why)
			}
			if err := instance.Stop(task); err != nil {
				return err
			}
		}
		return nil
	})
	for _, r := range api.asked {
		if !strings.Contains(r.URL.Path, "/route/7") {
			t.Errorf("the stop was asked without the filter: %s", r.URL)
		}
	}
}
