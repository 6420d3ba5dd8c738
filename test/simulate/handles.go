package simulate

import (
	"io"
	"net"
	"net/http"
	"time"

	"ptvd/internal/gpio"
)

// handles counts what the daemon has open, by kind. On a real system each would be a
// file descriptor. At the end none may be open.
type handles map[string]int

// open counts one more handle. The returned function closes it; further calls have no
// effect.
func (h handles) open(kind string) (closed func()) {
	h[kind]++
	done := false
	return func() {
		if !done {
			done = true
			h[kind]--
		}
	}
}

// checkClosed fails for each kind of which a handle is open.
func (h handles) checkClosed(w *World) {
	for _, kind := range sortedKeys(h) {
		if h[kind] != 0 {
			w.fail("%d %s were not closed", h[kind], kind)
		}
	}
}

// body counts a response as open until its body is closed.
func (h handles) body(r *http.Response) *http.Response {
	r.Body = openBody{r.Body, h.open("responses")}
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
	handles handles
	closed  func()
}

func (b countedBoard) OpenLines(names []string, pull gpio.Pull, deliver func(gpio.Edge), overflow func()) (gpio.Lines, error) {
	lines, err := b.Backend.OpenLines(names, pull, deliver, overflow)
	if err != nil {
		return nil, err
	}
	return openLines{lines, b.handles.open("input lines")}, nil
}

func (b countedBoard) OpenOutput(name string, first gpio.Level) (gpio.Output, error) {
	output, err := b.Backend.OpenOutput(name, first)
	if err != nil {
		return nil, err
	}
	return openOutput{output, b.handles.open("outputs")}, nil
}

func (b countedBoard) OpenSPI(name string, hz int64) (gpio.SPI, error) {
	port, err := b.Backend.OpenSPI(name, hz)
	if err != nil {
		return nil, err
	}
	return openSPI{port, b.handles.open("SPI ports")}, nil
}

func (b countedBoard) OpenPWM(name string, period time.Duration) (gpio.PWM, error) {
	pwm, err := b.Backend.OpenPWM(name, period)
	if err != nil {
		return nil, err
	}
	return openPWM{pwm, b.handles.open("PWM outputs")}, nil
}

func (b countedBoard) Close() error {
	b.closed()
	return b.Backend.Close()
}

type openLines struct {
	gpio.Lines
	closed func()
}

func (l openLines) Close() error {
	l.closed()
	return l.Lines.Close()
}

type openOutput struct {
	gpio.Output
	closed func()
}

func (o openOutput) Close() error {
	o.closed()
	return o.Output.Close()
}

type openSPI struct {
	gpio.SPI
	closed func()
}

func (p openSPI) Close() error {
	p.closed()
	return p.SPI.Close()
}

type openPWM struct {
	gpio.PWM
	closed func()
}

func (p openPWM) Close() error {
	p.closed()
	return p.PWM.Close()
}
