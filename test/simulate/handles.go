package simulate

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
)

// handles counts what the daemon has open, by kind. On a real system each would be a
// file descriptor. At the end none may be open. The board closes its parts on
// goroutines of their own, which is why there is a mutex.
type handles struct {
	mu   sync.Mutex
	open map[string]int
}

func newHandles() *handles { return &handles{open: map[string]int{}} }

// add counts one more handle. The returned function closes it; further calls have no
// effect.
func (h *handles) add(kind string) (closed func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[kind]++
	return sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open[kind]--
	})
}

// checkClosed fails for each kind of which a handle is open.
func (h *handles) checkClosed(w *World) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, kind := range sortedKeys(h.open) {
		if h.open[kind] != 0 {
			w.fail("%d %s were not closed", h.open[kind], kind)
		}
	}
}

// body counts a response as open until its body is closed.
func (h *handles) body(r *http.Response) *http.Response {
	r.Body = openBody{r.Body, h.add("responses")}
	return r
}

type openBody struct {
	io.ReadCloser
	closed func()
}

func (b openBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}

type openConn struct {
	net.Conn
	closed func()
}

func (c openConn) Close() error {
	c.closed()
	return c.Conn.Close()
}

// countedBoard is a board whose open lines and ports are counted.
type countedBoard struct {
	gpio.Backend
	handles *handles
	closed  func()
}

func (b countedBoard) Pin(name string) (conngpio.PinIO, error) {
	pin, err := b.Backend.Pin(name)
	if p, ok := pin.(gpioext.BoardPin); ok {
		return &countedPin{BoardPin: p, handles: b.handles}, err
	}
	return pin, err
}

func (b countedBoard) OpenSPI(name string) (spi.PortCloser, error) {
	port, err := b.Backend.OpenSPI(name)
	if err != nil {
		return nil, err
	}
	return openPort{port, b.handles.add("SPI ports")}, nil
}

func (b countedBoard) Close() error {
	b.closed()
	return b.Backend.Close()
}

// countedPin is a pin whose uses are counted until they are closed.
type countedPin struct {
	gpioext.BoardPin
	handles *handles
	closed  func() // of an output; nil while it is not open
}

func (p *countedPin) WatchEdges(names []string, pull conngpio.Pull, deliver func([]gpioext.Edge), overflow func()) (gpioext.EdgeWatch, error) {
	watch, err := p.BoardPin.WatchEdges(names, pull, deliver, overflow)
	if err != nil {
		return nil, err
	}
	return openWatch{watch, p.handles.add("input lines")}, nil
}

func (p *countedPin) Out(level gpio.Level) error {
	if err := p.BoardPin.Out(level); err != nil || p.closed != nil {
		return err
	}
	p.closed = p.handles.add("outputs")
	return nil
}

func (p *countedPin) Halt() error {
	if p.closed != nil {
		p.closed()
		p.closed = nil
	}
	return p.BoardPin.Halt()
}

func (p *countedPin) StartPWM(period time.Duration) (gpioext.PWM, error) {
	pwm, err := p.BoardPin.StartPWM(period)
	if err != nil {
		return nil, err
	}
	return openPWM{pwm, p.handles.add("PWM outputs")}, nil
}

type openWatch struct {
	gpioext.EdgeWatch
	closed func()
}

func (w openWatch) Close() error {
	w.closed()
	return w.EdgeWatch.Close()
}

type openPort struct {
	spi.PortCloser
	closed func()
}

func (p openPort) Close() error {
	p.closed()
	return p.PortCloser.Close()
}

type openPWM struct {
	gpioext.PWM
	closed func()
}

func (p openPWM) Close() error {
	p.closed()
	return p.PWM.Close()
}
