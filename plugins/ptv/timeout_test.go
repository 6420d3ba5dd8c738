package ptv_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
)

// runSilent runs an instance against an API that accepts requests and never replies, on a
// clock that advances during a request. It returns how long that took, and the number of
// requests that were cancelled.
func runSilent(t *testing.T, body func(t *plugins.Task, instance *plugintest.Instance, cancelled *int)) (took time.Duration, cancelled int) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		api := fakeserver.NewPTV(time.Now)
		api.Fail(fakeserver.PTVFault{Silent: true})
		h := plugintest.New(t)
		h.Net.HTTP = roundTripper(func(r *http.Request) (*http.Response, error) {
			api.ServeHTTP(httptest.NewRecorder(), r)
			cancelled++
			return nil, r.Context().Err()
		})
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		err := loop.Run(func(task *plugins.Task) error {
			return task.Group(func(g *scheduler.Group) error {
				instance := h.Instance("trains", "ptv")
				instance.Loop = loop
				instance.Health = host.NewHealth(loop.Now, func(*host.Health) {})
				instance.Tasks = g
				trains, err := ptv.New(instance.Env(), config())
				if err != nil {
					return err
				}
				if err := trains.Start(task); err != nil {
					return err
				}
				body(task, instance, &cancelled)
				return scheduler.ErrCancelled // ends the instance's tasks
			})
		})
		if !errors.Is(err, scheduler.ErrCancelled) {
			t.Error(err)
		}
		synctest.Wait()
		took = time.Since(began)
	})
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
