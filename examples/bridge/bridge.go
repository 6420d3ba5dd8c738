// Package bridge is a plugin for ptvd that sends every state and event of all
// instances to another machine, as a line of JSON each over TCP: an example of a
// reader that knows no plugin, in a module of its own.
package bridge

import (
	"context"
	"errors"
	"net"
	"time"

	"ptvd/plugins"
)

// Config is what people write under the instance's name.
type Config struct {
	Address string `yaml:"address" doc:"where the lines go, as host:port" required:"true" short:"true"`
}

func init() {
	plugins.Register(plugins.Spec[Config]{Name: "bridge", Doc: "sends every state and event as lines of JSON", New: New})
}

type bridge struct {
	env plugins.Env
	cfg Config
}

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) { return &bridge{env, cfg}, nil }

// Start starts the one task.
func (b *bridge) Start(*plugins.Task) error {
	b.env.Go("send", b.send)
	return nil
}

// Stop has nothing to leave behind: the task has closed the connection.
func (b *bridge) Stop(*plugins.Task) error { return nil }

// send connects, sends what there is and what comes, and connects again after an
// error. Events that happen in between are dropped, not delivered late.
func (b *bridge) send(t *plugins.Task) error {
	for pause := plugins.NewBackoff(b.env); ; {
		err := b.session(t, &pause)
		if errors.Is(err, plugins.ErrCancelled) {
			return err
		}
		b.env.Health.Degraded("%s: %v", b.cfg.Address, err)
		if err := t.Sleep(pause.Next(time.Second, time.Minute)); err != nil {
			return err
		}
	}
}

func (b *bridge) session(t *plugins.Task, pause *plugins.Backoff) error {
	connection, err := plugins.Await(t, func(ctx context.Context) (net.Conn, error) {
		return b.env.Net.Dial(ctx, "tcp", b.cfg.Address)
	})
	if err != nil {
		return err
	}
	defer connection.Close()
	pause.Reset()
	b.env.Health.OK()
	for watch := plugins.WatchAll(b.env); ; {
		envelope, err := watch.Next(t)
		if err != nil {
			return err
		}
		line, err := plugins.Marshal(envelope)
		if err != nil {
			b.env.Log.Warn("a value cannot be sent", "topic", envelope.Instance+"."+envelope.Topic, "err", err)
			continue
		}
		if err := t.Timeout(10*time.Second, func() error { return write(t, connection, append(line, '\n')) }); err != nil {
			return err
		}
	}
}

// write writes beside the loop. To cancel it closes the connection.
func write(t *plugins.Task, connection net.Conn, line []byte) error {
	_, err := plugins.Await(t, func(ctx context.Context) (int, error) {
		defer context.AfterFunc(ctx, func() { connection.Close() })()
		return connection.Write(line)
	})
	return err
}
