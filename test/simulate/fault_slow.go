package simulate

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// slowness delays transfers to the panel or writes to the disk. They run beside the
// loop, which goes on meanwhile.
type slowness struct {
	least, most time.Duration // 0: no delay
	rng         *rand.Rand
}

// fault is a family: transfers or writes are slow or hang for a while.
func (s *slowness) fault(name string) fault {
	return fault{
		name: name, rests: 5 * time.Hour, lasts: 8 * time.Minute,
		begin: func(rng *rand.Rand) string {
			s.rng = rng
			if rng.IntN(3) == 0 {
				s.least, s.most = 20*time.Second, 40*time.Second
				return "hangs"
			}
			s.least, s.most = time.Second, 3*time.Second
			return "slow"
		},
		end: func() { s.least, s.most = 0, 0 },
	}
}

// pass waits for the delay. On the loop it would panic.
func (s *slowness) pass(w *World) {
	if s.most > 0 {
		w.sleep(s.least + time.Duration(s.rng.Int64N(int64(s.most-s.least))))
	}
}

// transfers tells the oracle when the pictures that the panel shows were drawn. A
// picture that is drawn during a slow transfer is shown late.
type transfers struct {
	drawn, ended scheduler.Instant // of the last completed transfer: when its picture was drawn, and when it ended
	next         scheduler.Instant // when the picture of the current transfer was drawn; 0: there is none
	atOnce       bool              // the current transfer began as soon as the one before had ended
}

// since returns the earliest time at which the shown picture may have been drawn. A
// transfer that follows at once sends what was drawn during the one before; until it
// ends, the panel shows the picture of the one before.
func (t transfers) since(now, nextBy scheduler.Instant) scheduler.Instant {
	switch {
	case t.next == 0 && now > nextBy:
		return now
	case t.next == 0 || t.atOnce:
		return t.drawn
	}
	return t.next
}

// nextBy returns by when a transfer of what was drawn during the last one has begun.
// While the loop is blocked none begins.
func (o *oracle) nextBy() scheduler.Instant {
	by := o.transfers.ended.Add(tick + epsilon)
	if by >= o.blockedAt {
		by = max(by, o.freeSince().Add(tick+epsilon))
	}
	return by
}

// transferBegins records that a transfer begins, and when its picture was drawn. After
// the loop was blocked it sends what was drawn before.
func (o *oracle) transferBegins(drawn scheduler.Instant) {
	now := o.clock.Now()
	o.transfers.atOnce = now <= o.nextBy()
	if o.transfers.next = drawn; o.blockedAt > 0 && now <= o.freeSince().Add(tick+epsilon) {
		o.transfers.next = o.blockedAt
	}
}

// transferEnds records that the current transfer ends.
func (o *oracle) transferEnds() {
	o.transfers = transfers{drawn: o.transfers.next, ended: o.clock.Now()}
}

// isFirst reports whether the first transfer since the boot is in progress. Until it
// ends, the panel shows a picture of the boot before.
func (t transfers) isFirst() bool { return t.ended == 0 && t.next != 0 }

// slowBoard is a board whose SPI transfers are delayed.
type slowBoard struct {
	gpio.Backend
	*World
}

func (b slowBoard) OpenSPI(name string) (spi.PortCloser, error) {
	port, err := b.Backend.OpenSPI(name)
	if err != nil {
		return nil, err
	}
	return slowPort{port, b.World, b.boots}, nil
}

type slowPort struct {
	spi.PortCloser
	world *World
	boot  int
}

func (p slowPort) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	conn, err := p.PortCloser.Connect(f, mode, bits)
	return slowConn{conn, p.world, p.boot}, err
}

type slowConn struct {
	spi.Conn
	world *World
	boot  int
}

// TxPackets sends a frame or the rest of one, which follows without a delay.
func (c slowConn) TxPackets(packets []spi.Packet) error {
	w, o := c.world, c.world.oracle
	if c.boot == w.boots && w.clock.Now() == o.transfers.ended && o.transfers.next == 0 {
		return c.Conn.TxPackets(packets)
	}
	drawn := w.clock.Now()
	for o.transfers.next != 0 { // of an instance that a reload has stopped
		if !w.sleep(tick) || c.boot != w.boots {
			return syscall.EIO // the process has ended
		}
	}
	if w.slowPanel.most > slowTransfer {
		w.clock.Work(w.checkHangReported)
	}
	o.transferBegins(drawn)
	w.slowPanel.pass(w)
	if c.boot != w.boots {
		return syscall.EIO
	}
	if w.clock.Now() > o.transfers.ended {
		o.judgeShown() // while the transfer before still counts as the last one
	}
	o.transferEnds()
	return c.Conn.TxPackets(packets)
}

// slowTransfer limits how long a transfer takes until it shows in the health.
const slowTransfer = 6 * time.Second

// checkHangReported checks that a transfer that does not end shows in the health.
func (w *World) checkHangReported() {
	boots, edits, blocks := w.boots, w.edits, w.autopilot.blocks
	w.sleep(slowTransfer)
	if boots == w.boots && edits == w.edits && blocks == w.autopilot.blocks && w.oracle.on {
		w.checkDegraded("panel", "max7219 on "+panelPort)
	}
}

// checkDegraded checks that an instance is not healthy, for a given reason.
func (w *World) checkDegraded(instance, why string) {
	for _, i := range w.daemon.State().Instances {
		if i.Name == instance && (i.Health == "ok" || !strings.Contains(i.Why, why)) {
			w.fail("%s is %s (%q), want a problem with %q", instance, i.Health, i.Why, why)
		}
	}
}
