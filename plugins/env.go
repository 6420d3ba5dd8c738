package plugins

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"ptvd/internal/scheduler"
)

// Env is what the daemon gives an instance.
type Env struct {
	Instance string       // its name in the configuration
	Log      *slog.Logger // carries the name already
	Loop     *scheduler.Loop
	Clock    *Clock // civil time, corrected
	Board    *Board
	Health   *Health
	Meter    *Meter
	State    State
	Net      Network
	Bus      *Bus
	Tasks    *Tasks
}

// Network is the way out. It stands here so that a test can be the other side.
type Network struct {
	HTTP http.RoundTripper
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Go starts a task of the instance, from Start on. When one of them fails, the
// instance does.
func (e Env) Go(name string, body func(*Task) error) *Task {
	return e.Tasks.group.Go(name, body)
}

// GoUrgent starts a task that goes before ordinary ones whenever it is due, for
// input edges and fade steps: short work that a person waits for.
func (e Env) GoUrgent(name string, body func(*Task) error) *Task {
	return e.Tasks.group.Go(name, body, scheduler.Urgent())
}

// Tasks holds an instance's tasks while it runs.
type Tasks struct{ group *scheduler.Group }

// Attach gives the instance the group that its tasks belong to.
func (t *Tasks) Attach(g *scheduler.Group) { t.group = g }
