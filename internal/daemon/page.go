package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/scheduler"
	"ptvd/internal/web"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// page is the loop's side of the page in the browser: it tells the server what
// there is to see while somebody watches, and does what is asked from there.
type page struct {
	daemon *Daemon
	remote bool // a real board's inputs are offered
	server *web.Server
	joined *scheduler.Flag
	seen   seen            // of what was published last
	held   map[string]bool // buttons that are pressed from there
}

// seen is how often each thing has changed that is told at once.
type seen struct{ panels, lamps, buttons uint64 }

// framesPerSecond is how often it is looked whether a picture or a lamp has
// changed; the rest is told once a second, and the time twice.
const framesPerSecond = 25

// servePage is the task that has the page's life, where it is configured. That it
// cannot be served is no reason to have no trains; but where others than this
// machine could reach it, nothing runs without what keeps them out.
func (d *Daemon) servePage(t *scheduler.Task) error {
	h := d.options.File.HTTP
	if h == nil {
		return nil
	}
	p := &page{daemon: d, remote: h.RemoteControl, joined: scheduler.NewFlag(d.loop), held: map[string]bool{}}
	server, err := scheduler.Await(t, func(context.Context) (*web.Server, error) { return p.prepare(h) })
	switch {
	case errors.Is(err, scheduler.ErrCancelled):
		return err
	case err != nil && isLoopback(h.Listen):
		d.log.Error("the page is not served", "err", err)
		return nil
	case err != nil:
		d.failure = fmt.Errorf("the page at %s: %w", h.Listen, err)
		d.stop.Set()
		return nil
	}
	p.server = server
	defer server.Close()
	if err := p.open(t, h.Listen); err != nil {
		return err
	}
	return p.show(t)
}

// isLoopback tells whether an address can be reached from this machine alone.
func isLoopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen) // the configuration's validation has seen it
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// prepare makes the server. It blocks.
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

// open begins to serve. An address that is taken may be free later.
func (p *page) open(t *scheduler.Task, address string) error {
	log, pause := p.daemon.log, plugins.NewBackoff(p.daemon.clock, "page")
	for {
		listener, err := scheduler.Await(t, func(context.Context) (net.Listener, error) { return net.Listen("tcp", address) })
		if err == nil {
			log.Info("a page shows the board", "address", "http://"+listener.Addr().String()+"/")
			go func() {
				if err := p.server.Serve(listener); err != nil {
					log.Error("the page is not served any more", "err", err)
				}
			}()
			return nil
		}
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if pause.Tries() == 0 {
			log.Error("the page is not served yet, and it is tried again", "err", err)
		}
		if err := t.Sleep(pause.Next(firstPause, longPause)); err != nil {
			return err
		}
	}
}

// show tells who watches, for as long as there is a page.
func (p *page) show(t *scheduler.Task) error {
	for {
		if err := p.joined.Wait(t); err != nil {
			return err
		}
		if p.server.Clients() == 0 {
			continue // a program has asked for something, and nobody watches
		}
		if err := p.tell(t); err != nil {
			return err
		}
	}
}

// tell publishes what changes for as long as somebody watches: everything at first
// and to who joins, then a picture or a level when it is another one.
func (p *page) tell(t *scheduler.Task) error {
	p.publish(p.everything())
	for frame := 1; p.server.Clients() > 0; frame++ {
		err := t.Timeout(p.pause(), func() error { return p.joined.Wait(t) })
		switch {
		case err == nil:
			p.publish(p.everything())
		case !errors.Is(err, scheduler.ErrTimeout):
			return err
		case frame%framesPerSecond == 0:
			p.publish(p.report())
		case frame%framesPerSecond == framesPerSecond/2:
			p.publish(web.State{Clock: p.clock()}) // a sign of life
		default:
			p.publish(web.State{})
		}
	}
	p.letGo()
	return nil
}

// pause is the time from frame to frame, on the loop's clock.
func (p *page) pause() time.Duration {
	const frame = time.Second / framesPerSecond
	return time.Duration(p.speed() * float64(frame))
}

// speed is how much faster than the machine's the loop's time runs.
func (p *page) speed() float64 {
	if w := p.daemon.options.World; w != nil {
		speed, _ := w.Speed()
		return speed
	}
	return 1
}

// publish sends a state, and with it the pictures and levels that have changed.
func (p *page) publish(s web.State) {
	now := seen{p.panelChanges(), changes[topics.Level](p.daemon), changes[topics.Press](p.daemon)}
	whole := s.Panels != nil
	if s.Panels == nil && now.panels != p.seen.panels {
		s.Panels = p.panels()
	}
	if s.Lamps == nil && now.lamps != p.seen.lamps {
		s.Lamps = p.lamps()
	}
	if s.Buttons == nil && now.buttons != p.seen.buttons {
		s.Buttons = p.buttons()
	}
	if s.Clock == nil && s.Panels == nil && s.Lamps == nil && s.Buttons == nil {
		return
	}
	if p.server.Publish(s) {
		p.seen = now
	} else if whole {
		p.joined.Set() // who has just come still waits for it
	}
}

// state gets everything from the loop, for any goroutine.
func (p *page) state(ctx context.Context) (web.State, error) {
	return onLoop(ctx, p.daemon.loop, p.everything)
}

// do does what a browser asks for, for any goroutine.
func (p *page) do(ctx context.Context, c web.Command) error {
	done, err := onLoop(ctx, p.daemon.loop, func() error {
		defer p.joined.Set() // all shall see what has become of it
		return p.obey(c)
	})
	if err != nil {
		if c.Do == web.Release { // however late, or the button would stay down
			p.daemon.loop.Post(func() { _ = p.obey(c) })
		}
		return errors.New("the loop does not answer: a task may be holding it")
	}
	return done
}

// onLoop calls a function on the loop and waits for what it returns.
func onLoop[T any](ctx context.Context, loop *scheduler.Loop, do func() T) (T, error) {
	result := make(chan T, 1)
	loop.Post(func() {
		if ctx.Err() == nil { // else nobody waits any more
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

// obey carries out a command, on the loop.
func (p *page) obey(c web.Command) error {
	world := p.daemon.options.World
	switch c.Do {
	case web.Press, web.Release:
		if err := p.move(c); err != nil {
			return err
		}
		if c.Do == web.Press {
			p.held[c.Name] = true
		} else {
			delete(p.held, c.Name)
		}
		return nil
	case web.Turn:
		return p.move(c)
	}
	if world == nil {
		return errors.New("this is a real board: the world around it cannot be changed from here")
	}
	switch c.Do {
	case web.Break:
		return world.Break(c.Name)
	case web.Mend:
		return world.Mend(c.Name)
	default:
		return world.SetSpeed(c.Amount)
	}
}

// move moves a button or a knob: the contacts of a simulated one, and of a real one
// what it would lead to.
func (p *page) move(c web.Command) error {
	if world := p.daemon.options.World; world != nil {
		switch c.Do {
		case web.Press:
			return world.Press(c.Name)
		case web.Release:
			return world.Release(c.Name)
		default:
			return world.Turn(c.Name, int(c.Amount))
		}
	}
	if !p.remote {
		return errors.New("the inputs of a real board are not moved from here, unless its configuration says remote_control: true")
	}
	verb, times := c.Do, 1
	if c.Do == web.Turn {
		verb, times = "up", int(c.Amount)
		if times < 0 {
			verb, times = "down", -times
		}
	}
	for range times {
		if err := p.daemon.bus.Call(plugins.Action{Instance: c.Name, Name: verb}); err != nil {
			return err
		}
	}
	return nil
}

// letGo releases what is still pressed when the last one who watched has gone.
func (p *page) letGo() {
	for name := range p.held {
		_ = p.move(web.Command{Do: web.Release, Name: name}) // it may be gone, too
	}
	clear(p.held)
}
