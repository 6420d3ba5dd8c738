package simchip

import (
	"fmt"
	"sync"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
)

// Controller is the controller of a display on an SPI port, which tells commands from
// data by the level of its D/C line.
type Controller interface {
	// Receive takes the bytes of a transfer, which were sent with D/C high if they are
	// data. It is called on the goroutine of the transfer.
	Receive(data bool, bytes []byte)
}

// Attach connects a display to an SPI port of a board and to a GPIO line as its D/C. The
// name of a reset line may be empty. While it is low the controller receives nothing.
func Attach(b *sim.Board, port, dc, reset string, c Controller) {
	b.Attach(port, &attached{b, dc, reset, c})
}

type attached struct {
	board     *sim.Board
	dc, reset string
	Controller
}

func (a *attached) Receive(packet []byte) {
	if a.reset == "" || a.board.Level(a.reset) == gpio.High {
		a.Controller.Receive(a.board.Level(a.dc) == gpio.High, packet)
	}
}

// protocol checks what a controller is sent, and takes commands apart.
type protocol struct {
	// OnChange is called when what is seen may have changed, on the goroutine of the
	// transfer. It must be set before the display is attached.
	OnChange func()

	mu      sync.Mutex
	powerUp func() // resets the registers of the controller
	on      bool
	wire
}

// wire is what was received since power-up.
type wire struct {
	command  []byte // and the arguments so far
	missing  int    // arguments
	received int    // bytes
	err      error
}

// init powers up a controller for the first time.
func (p *protocol) init(powerUp func()) {
	p.OnChange, p.powerUp = func() {}, powerUp
	p.PowerCycle()
}

// PowerCycle switches the power of the display off and on.
func (p *protocol) PowerCycle() {
	p.mu.Lock()
	p.on, p.wire = false, wire{}
	p.powerUp()
	p.mu.Unlock()
	p.OnChange()
}

// On reports whether the display is on.
func (p *protocol) On() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.on
}

// fail notes the first fault.
func (p *protocol) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("byte %d: "+format, append([]any{p.received}, args...)...)
	}
}

// Err returns the first fault in what was sent since power-up.
func (p *protocol) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Received returns how many bytes were sent since power-up.
func (p *protocol) Received() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.received
}

// begin takes the code of a command with a number of arguments. It is complete if there
// are none.
func (p *protocol) begin(code byte, args int) (complete bool) {
	p.command, p.missing = append(p.command[:0], code), args
	return args == 0
}

// finish notes a fault if arguments of the command are missing.
func (p *protocol) finish() {
	if p.missing > 0 {
		p.fail("command %#02x lacks %d arguments", p.command[0], p.missing)
		p.missing = 0
	}
}

// argument takes an argument, and returns whether the command is complete.
func (p *protocol) argument(b byte) (complete bool) {
	p.command = append(p.command, b)
	p.missing--
	return p.missing == 0
}

// noise is what the RAM of a display may hold at power-up.
func noise(ram []byte) {
	for i := range ram {
		ram[i] = byte(i*i>>3 ^ i)
	}
}
