package ptv_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
)

// silently runs an instance against a service that takes requests and answers
// none, on a clock that goes on while a request hangs. It returns how long that
// took, and how many requests were given up.
func silently(t *testing.T, body func(t *plugins.Task, env plugins.Env, given *int)) (took time.Duration, given int) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		service := fakeserver.NewPTV(time.Now)
		service.Fail(fakeserver.PTVFault{Silent: true})
		h := plugintest.New(t)
		h.Net.HTTP = roundTripper(func(r *http.Request) (*http.Response, error) {
			service.ServeHTTP(httptest.NewRecorder(), r)
			given++
			return nil, r.Context().Err()
		})
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		err := loop.Run(func(task *plugins.Task) error {
			return task.Group(func(g *scheduler.Group) error {
				env := h.Env("trains")
				env.Loop = loop
				env.Health = plugins.NewHealth(loop.Now, func(*plugins.Health) {})
				env.Tasks.Attach(g)
				trains, err := ptv.New(env, config())
				if err != nil {
					return err
				}
				if err := trains.Start(task); err != nil {
					return err
				}
				body(task, env, &given)
				return scheduler.ErrCancelled // ends the instance's tasks
			})
		})
		if !errors.Is(err, scheduler.ErrCancelled) {
			t.Error(err)
		}
		synctest.Wait()
		took = time.Since(began)
	})
	return took, given
}

func TestARequestThatHangsIsGivenUpAndMadeAgain(t *testing.T) {
	silently(t, func(task *plugins.Task, env plugins.Env, given *int) {
		task.Sleep(9 * time.Second)
		if *given != 0 {
			t.Error("given up before ten seconds were over")
		}
		task.Sleep(20 * time.Second)
		if *given != 2 || env.Health.Why != "no answer: the service does not answer in time" {
			t.Errorf("%d requests given up; %s (%s)", *given, env.Health.Condition, env.Health.Why)
		}
	})
}

func TestAStopDoesNotWaitForARequest(t *testing.T) {
	took, given := silently(t, func(task *plugins.Task, _ plugins.Env, _ *int) { task.Sleep(time.Second) })
	if took != time.Second || given != 1 {
		t.Errorf("stopped after %v instead of 1s; %d requests were given up", took, given)
	}
}
