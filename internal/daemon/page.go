package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/host"
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
	seen   seen            // versions that were published last
	held   map[string]bool // buttons that clients have pressed and not released
}

// seen counts the changes of what is published at once.
type seen struct{ panels, lamps, buttons uint64 }

// framesPerSecond is how often pictures, lamps and buttons are checked for changes. The
// rest is published once a second, and the clock twice.
const framesPerSecond = 25

// servePage is the task that runs the web server, if it is configured. Without the
// server the instances run all the same, unless it would be reachable from other
// machines: then a missing token stops the daemon.
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
		d.log.Error("web server not started", "err", err)
		return nil
	case err != nil:
		d.failure = fmt.Errorf("web server at %s: %w", h.Listen, err)
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

// isLoopback tells whether an address is reachable from this machine only.
func isLoopback(listen string) bool {
	host, _, _ := net.SplitHostPort(listen) // validated with the configuration
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

// show publishes while there are clients, until it is cancelled.
func (p *page) show(t *scheduler.Task) error {
	for {
		if err := p.joined.Wait(t); err != nil {
			return err
		}
		if p.server.Clients() == 0 {
			continue // a command has set the flag
		}
		if err := p.tell(t); err != nil {
			return err
		}
	}
}

// tell publishes while there are clients: the whole state at first and for each new
// client, then changes.
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
			p.publish(web.State{Clock: p.clock()}) // shows that the loop is alive
		default:
			p.publish(web.State{})
		}
	}
	p.letGo()
	return nil
}

// pause is the time between frames, by the loop's clock.
func (p *page) pause() time.Duration {
	const frame = time.Second / framesPerSecond
	return time.Duration(p.speed() * float64(frame))
}

// speed is how many times as fast as real time the loop's clock runs.
func (p *page) speed() float64 {
	if w := p.daemon.options.World; w != nil {
		speed, _ := w.Speed()
		return speed
	}
	return 1
}

// publish sends a state, and with it the pictures, levels and presses that changed.
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
		p.joined.Set() // a new client still waits for it
	}
}

// state gets the whole state from the loop. Any goroutine may call it.
func (p *page) state(ctx context.Context) (web.State, error) {
	return onLoop(ctx, p.daemon.loop, p.everything)
}

// do executes a command on the loop. Any goroutine may call it.
func (p *page) do(ctx context.Context, c web.Command) error {
	done, err := onLoop(ctx, p.daemon.loop, func() error {
		defer p.joined.Set() // so that all clients get the result
		return p.obey(c)
	})
	if err != nil {
		if c.Do == web.Release { // even late, or the button would stay pressed
			p.daemon.loop.Post(func() { _ = p.obey(c) })
		}
		return errors.New("event loop not responding: a task may be blocking it")
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

// obey executes a command, on the loop.
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
		return errors.New("break, mend and speed are available in the demo only")
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

// move operates a button or a knob: on a simulated board its contacts move, on a real
// one the actions are called that it would lead to.
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
		return errors.New("remote control is disabled; set http.remote_control: true to allow it")
	}
	verb, times := c.Do, 1
	if c.Do == web.Turn {
		verb, times = "up", int(c.Amount)
		if times < 0 {
			verb, times = "down", -times
		}
	}
	for range times {
		if err := p.daemon.bus.Call(c.Name, verb, ""); err != nil {
			return err
		}
	}
	return nil
}

// letGo releases the buttons that are still pressed when the last client has left.
func (p *page) letGo() {
	for name := range p.held {
		_ = p.move(web.Command{Do: web.Release, Name: name}) // the instance may have been removed
	}
	clear(p.held)
}
