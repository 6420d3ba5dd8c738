package daemon

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins"
)

// held is a plugin whose action goes on until another one ends it.
type held struct{ env plugins.Env }

var (
	heldBegin = plugins.NewAction("begin", "begins", plugins.EndedBy("end"))
	heldEnd   = plugins.NewAction("end", "ends")
	heldEnds  []scheduler.Instant // when it was ended
)

type heldConfig struct{}

func init() {
	plugins.Register(plugins.Spec[heldConfig]{
		Name: "held", Doc: "has an action that another one ends", Actions: plugins.Actions(heldBegin, heldEnd),
		New: func(env plugins.Env, _ heldConfig) (plugins.Plugin, error) { return held{env}, nil },
	})
}

func (h held) Start(t *plugins.Task) error {
	heldBegin.Handle(h.env, func(string) error { return nil })
	heldEnd.Handle(h.env, func(string) error {
		heldEnds = append(heldEnds, h.env.Now())
		return nil
	})
	return nil
}

func (held) Stop(*plugins.Task) error { return nil }

// TestPressOfAClientThatIsGoneEndsAfterItsLease begins an action as a browser does, which
// then renews it for a while and vanishes without ending it. Nobody else watches.
func TestPressOfAClientThatIsGoneEndsAfterItsLease(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins: {one: {plugin: held}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		commands map[time.Duration]web.Command
		want     []time.Duration
	}{
		"never renewed": {map[time.Duration]web.Command{10 * time.Second: {Do: web.Call, Action: "one.begin"}}, []time.Duration{13 * time.Second}},
		"renewed twice": {map[time.Duration]web.Command{
			10 * time.Second: {Do: web.Call, Action: "one.begin"},
			12 * time.Second: {Do: web.Renew, Action: "one.begin"},
			14 * time.Second: {Do: web.Renew, Action: "one.begin"},
		}, []time.Duration{17 * time.Second}},
		"ended by its client": {map[time.Duration]web.Command{
			10 * time.Second: {Do: web.Call, Action: "one.begin"},
			11 * time.Second: {Do: web.Call, Action: "one.end"},
		}, []time.Duration{11 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			heldEnds = nil
			d := New(Options{File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0), Lasts: time.Minute})
			p := &page{daemon: d, remote: true, joined: scheduler.NewFlag(d.loop), held: map[string]scheduler.Instant{}}
			if p.server, err = web.New(web.Options{Log: d.log}); err != nil {
				t.Fatal(err)
			}
			defer p.server.Close()
			d.loop.Go("page", p.show)
			for at, command := range c.commands {
				d.loop.Go("client", func(t *scheduler.Task) error {
					if err := t.Sleep(at); err != nil {
						return err
					}
					err := p.obey(command)
					p.joined.Set()
					return err
				})
			}
			if err := d.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []time.Duration
			for _, at := range heldEnds {
				got = append(got, at.Sub(0))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("it was ended after %v, want %v", got, c.want)
			}
		})
	}
}

func TestActionThatIsNotInProgressCannotBeRenewed(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins: {one: {plugin: held}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{daemon: New(Options{File: file, Log: slog.New(slog.DiscardHandler)}), held: map[string]scheduler.Instant{}}
	for action, want := range map[string]string{
		"one.begin": "one.begin: not in progress", "one.end": "one.end: not in progress", "two.begin": "two.begin: no such instance; there is one", "one.two": "one.two: no such action; there is begin, end",
	} {
		if err := p.renew(action); err == nil || err.Error() != want {
			t.Errorf("%s: %v", action, err)
		}
	}
}
