package ptv_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
)

// runForReal runs an instance on a clock that advances while a goroutine is busy, and
// returns how long that took.
func runForReal(t *testing.T, cfg ptv.Config, api http.RoundTripper, storage plugins.Storage, body func(*plugins.Task, *plugintest.Instance)) (took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		err := loop.Run(func(task *plugins.Task) error {
			return task.Group(func(g *scheduler.Group) error {
				instance := plugintest.New(t).Instance("trains", "ptv")
				instance.Loop, instance.Tasks, instance.Net.HTTP = loop, g, api
				instance.Health = host.NewHealth(loop.Now, func(*host.Health) {})
				if storage != nil {
					instance.Storage = storage
				}
				trains, err := ptv.New(instance.Env(), cfg)
				if err != nil {
					return err
				}
				if err := trains.Start(task); err != nil {
					return err
				}
				body(task, instance)
				return scheduler.ErrCancelled // ends the instance's tasks
			})
		})
		if !errors.Is(err, scheduler.ErrCancelled) {
			t.Error(err)
		}
		synctest.Wait()
		took = time.Since(began)
	})
	return took
}

// runSilent runs an instance against an API that accepts requests and never replies. It
// returns how long that took, and the number of requests that were cancelled.
func runSilent(t *testing.T, body func(t *plugins.Task, instance *plugintest.Instance, cancelled *int)) (took time.Duration, cancelled int) {
	silent := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		cancelled++
		return nil, r.Context().Err()
	})
	took = runForReal(t, config(), silent, nil, func(task *plugins.Task, instance *plugintest.Instance) { body(task, instance, &cancelled) })
	return took, cancelled
}

func TestARequestThatHangsIsCancelledAndRetried(t *testing.T) {
	runSilent(t, func(task *plugins.Task, instance *plugintest.Instance, cancelled *int) {
		task.Sleep(9 * time.Second)
		if *cancelled != 0 {
			t.Error("cancelled within ten seconds")
		}
		task.Sleep(20 * time.Second)
		if *cancelled != 2 || instance.Health.Why != "timeout: no reply from the server" {
			t.Errorf("%d requests cancelled; %s (%s)", *cancelled, instance.Health.Condition, instance.Health.Why)
		}
	})
}

func TestAStopDoesNotWaitForARequest(t *testing.T) {
	took, cancelled := runSilent(t, func(task *plugins.Task, _ *plugintest.Instance, _ *int) { task.Sleep(time.Second) })
	if took != time.Second || cancelled != 1 {
		t.Errorf("stopped after %v instead of 1s; %d requests were cancelled", took, cancelled)
	}
}

func TestEachOfSeveralRequestsHasItsTime(t *testing.T) {
	asked := 0
	api := roundTripper(func(*http.Request) (*http.Response, error) {
		time.Sleep(4 * time.Second)
		asked++
		recorder := httptest.NewRecorder()
		recorder.WriteString(answer(service{In: 7, Route: 1, Destination: "City"}))
		return recorder.Result(), nil
	})
	cfg := config()
	cfg.Routes = []int{1, 2, 3}
	runForReal(t, cfg, api, nil, func(task *plugins.Task, instance *plugintest.Instance) {
		task.Sleep(15 * time.Second)
		if asked != 3 || instance.Health.Condition != host.OK {
			t.Errorf("after %d requests of 4 s: %s", asked, instance.Health.Why)
		}
	})
}

// hangingStorage takes 40 seconds.
type hangingStorage struct{}

func (hangingStorage) Load(string) ([]byte, error) { time.Sleep(40 * time.Second); return nil, nil }
func (hangingStorage) Save(string, []byte) error   { time.Sleep(40 * time.Second); return nil }

func TestDeparturesDoNotWaitForAStorageThatHangs(t *testing.T) {
	asked := 0
	api := roundTripper(func(*http.Request) (*http.Response, error) {
		asked++
		recorder := httptest.NewRecorder()
		recorder.WriteString(answer(service{In: 7, Destination: "City"}))
		return recorder.Result(), nil
	})
	runForReal(t, config(), api, hangingStorage{}, func(task *plugins.Task, _ *plugintest.Instance) {
		task.Sleep(39 * time.Second)
		if asked != 2 {
			t.Errorf("in 39 seconds it has asked %d times, want twice", asked)
		}
		task.Sleep(time.Minute)
	})
}
