package daemon

import (
	"context"
	"errors"
	"net"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/host"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins/topics"
)

// page connects the web server with the event loop: it publishes the state while
// clients watch, and executes their commands.
type page struct {
	daemon *Daemon
	remote bool // actions are allowed on a real board
	server *web.Server
	joined *scheduler.Flag
	seen   map[*host.Slot]uint64 // versions that were published last
	// held has the calls, as instance.action, that end what clients have begun, and
	// until when they may go on.
	held map[string]scheduler.Instant
}

// framesPerSecond is how often topics are checked for changes. The whole state is
// published once a second, and the clock twice.
const framesPerSecond = 25

// servePage is the task that runs the web server, if it is configured. If its token is
// missing, only the server is not started: the instances run all the same.
func (d *Daemon) servePage(t *scheduler.Task) error {
	h := d.options.File.HTTP
	if h == nil {
		return nil
	}
	p := &page{daemon: d, remote: h.RemoteControl, joined: scheduler.NewFlag(d.loop), held: map[string]scheduler.Instant{}}
	server, err := scheduler.Await(t, func(context.Context) (*web.Server, error) { return p.prepare(h) })
	switch {
	case errors.Is(err, scheduler.ErrCancelled):
		return err
	case err != nil:
		d.log.Error("web server not started", logs.ID(logs.PageDisabled), "err", err)
		d.noPage = err.Error()
		d.notify.status(d.status())
		return nil
	}
	p.server = server
	defer server.Close()
	if err := p.open(t, h.Listen); err != nil {
		return err
	}
	return p.show(t)
}

// prepare makes the server. It may read the file of a secret.
func (p *page) prepare(h *config.HTTP) (*web.Server, error) {
	token := ""
	if h.Token.Given() {
		var err error
		if token, err = h.Token.Reveal(); err != nil {
			return nil, err
		}
	}
	return web.New(web.Options{
		Log: p.daemon.log, Token: token, Names: h.Names, State: p.state, Do: p.do, Joined: p.joined.Set,
	})
}

// open starts to serve. It retries, since an address in use may be free later.
func (p *page) open(t *scheduler.Task, address string) error {
	log, pause := p.daemon.log, host.NewBackoff(p.daemon.clock, "page")
	for {
		listener, err := scheduler.Await(t, func(context.Context) (net.Listener, error) { return net.Listen("tcp", address) })
		if err == nil {
			log.Info("web server listening", "addr", "http://"+listener.Addr().String()+"/")
			go func() {
				if err := p.server.Serve(listener); err != nil {
					log.Error("web server stopped", "err", err)
				}
			}()
			return nil
		}
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if pause.Tries() == 0 {
			log.Error("web server cannot listen; retrying", "err", err)
		}
		if err := t.Sleep(pause.Next(firstPause, longPause)); err != nil {
			return err
		}
	}
}

// show publishes while there are clients, and ends what is over while there are none,
// until it is cancelled.
func (p *page) show(t *scheduler.Task) error {
	for {
		wait := func() error { return p.joined.Wait(t) } // for a client, or a command
		var err error
		if next := p.expire(); next == scheduler.Never {
			err = wait()
		} else {
			err = t.Timeout(next.Sub(t.Now()), wait)
		}
		if err != nil && !errors.Is(err, scheduler.ErrTimeout) {
			return err
		}
		if p.server.Clients() > 0 {
			if err := p.tell(t); err != nil {
				return err
			}
		}
	}
}

// tell publishes while there are clients: the whole state at first, for each new client
// and once a second, and in between what has changed.
func (p *page) tell(t *scheduler.Task) error {
	isSent := p.publishAll()
	for frame := 1; p.server.Clients() > 0; frame++ {
		p.expire()
		const length = float64(time.Second / framesPerSecond)
		err := t.Timeout(time.Duration(p.speed()*length), func() error { return p.joined.Wait(t) })
		switch {
		case err != nil && !errors.Is(err, scheduler.ErrTimeout):
			return err
		case err == nil || !isSent || frame%framesPerSecond == 0:
			isSent = p.publishAll()
		default:
			p.publishChanges(frame%framesPerSecond == framesPerSecond/2)
		}
	}
	for call := range p.held { // the last client has left
		p.end(call)
	}
	return nil
}

// speed is how many times as fast as real time the loop's clock runs.
func (p *page) speed() float64 {
	if w := p.daemon.options.World; w != nil {
		speed, _ := w.Speed()
		return speed
	}
	return 1
}

// publishAll sends the whole state. It returns false if the server has no room for it.
func (p *page) publishAll() bool {
	if !p.server.Publish(p.snapshot()) {
		return false
	}
	p.seen = map[*host.Slot]uint64{}
	for slot := range p.daemon.bus.Topics() {
		p.seen[slot] = p.version(slot)
	}
	return true
}

// publishChanges sends the topics that have changed, and the clock if it is due, which
// shows that the loop is alive.
func (p *page) publishChanges(clock bool) {
	var changed web.State
	if clock {
		changed.Clock = p.clock()
	}
	var slots []*host.Slot
	changed.Topics = p.topics(func(slot *host.Slot) bool {
		is := p.seen[slot] != p.version(slot)
		if is {
			slots = append(slots, slot)
		}
		return is
	})
	if len(slots) == 0 {
		changed.Topics = nil
	}
	if changed.Topics == nil && changed.Clock == nil || !p.server.Publish(changed) {
		return
	}
	for _, slot := range slots {
		p.seen[slot] = p.version(slot)
	}
}

// version counts the values of a topic, and the changes of what a simulated world shows
// in their place.
func (p *page) version(slot *host.Slot) uint64 {
	version := slot.Version()
	if world := p.daemon.options.World; world != nil {
		version += world.Changes(slot.Instance, topics.TypeOf(slot.Topic().Type))
	}
	return version
}

// state gets the whole state from the loop. Any goroutine may call it.
func (p *page) state(ctx context.Context) (web.State, error) {
	return onLoop(ctx, p.daemon.loop, p.snapshot)
}

// do executes a command on the loop. Any goroutine may call it.
func (p *page) do(ctx context.Context, c web.Command) error {
	done, err := onLoop(ctx, p.daemon.loop, func() error {
		defer p.joined.Set() // so that all clients get the result
		return p.obey(c)
	})
	if err != nil {
		p.daemon.loop.Post(func() { // even late, or the button would stay pressed
			if _, isHeld := p.held[c.Action]; isHeld && c.Do == web.Call {
				_ = p.obey(c)
			}
		})
		return errors.New(web.LoopBlocked)
	}
	return done
}

// onLoop calls a function on the loop and waits for what it returns.
func onLoop[T any](ctx context.Context, loop *scheduler.Loop, do func() T) (T, error) {
	result := make(chan T, 1)
	loop.Post(func() {
		if ctx.Err() == nil { // else the caller has given up
			loop.RunAs("", "page", func() { result <- do() })
		}
	})
	select {
	case value := <-result:
		return value, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (p *page) obey(c web.Command) error {
	world := p.daemon.options.World
	switch {
	case c.Do == web.Call:
		return p.call(c)
	case c.Do == web.Renew:
		return p.renew(c.Action)
	case world == nil:
		return errors.New("break, mend and speed are available in the demo only")
	case c.Do == web.Break:
		return world.Break(c.Name)
	case c.Do == web.Mend:
		return world.Mend(c.Name)
	}
	return world.SetSpeed(c.Amount)
}
