package simulate

import (
	"math/rand/v2"
	"strings"
	"syscall"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

// slowness is how long what blocks takes: transfers to the panel, or writes to the
// disk. All of it is time in which the loop goes on.
type slowness struct {
	least, most time.Duration // 0: no time at all
	dice        *rand.Rand
}

// fault is a family: something is slow for a while, or hangs now and then.
func (s *slowness) fault(name string) fault {
	return fault{
		name: name, rests: 5 * time.Hour, lasts: 8 * time.Minute,
		begin: func(dice *rand.Rand) string {
			s.dice = dice
			if dice.IntN(3) == 0 {
				s.least, s.most = 20*time.Second, 40*time.Second
				return "hangs"
			}
			s.least, s.most = time.Second, 3*time.Second
			return "slow"
		},
		end: func() { s.least, s.most = 0, 0 },
	}
}

// pass takes the time. It is called beside the loop; on it, it would panic.
func (s *slowness) pass(w *World) {
	if s.most > 0 {
		w.sleep(s.least + time.Duration(s.dice.Int64N(int64(s.most-s.least))))
	}
}

// transfers are those to the panel, as far as the oracle has to know of them: what
// is on its way while another one takes its time is shown late.
type transfers struct {
	drawn, ended scheduler.Instant // what the last one that has ended brought, and when it did
	next         scheduler.Instant // when what is under way was drawn; 0: nothing is
	atOnce       bool              // it set out as soon as there was a way
}

// since returns how far back what the panel shows may have been drawn. A transfer
// that began as soon as there was a way brings what was drawn meanwhile; until it
// ends the panel shows what the one before has brought.
func (t transfers) since(now, open scheduler.Instant) scheduler.Instant {
	switch {
	case t.next == 0 && now > open:
		return now
	case t.next == 0 || t.atOnce:
		return t.drawn
	}
	return t.next
}

// open returns by when what was drawn during the last transfer is under way. While
// the loop is held up nothing sets out.
func (o *oracle) open() scheduler.Instant {
	open := o.transfers.ended.Add(tick + hair)
	if open >= o.stalled {
		open = max(open, o.free().Add(tick+hair))
	}
	return open
}

// setsOut says that a transfer begins now. After the loop was held up it brings what
// was drawn before.
func (o *oracle) setsOut() {
	now := o.clock.Now()
	o.transfers.atOnce = now <= o.open()
	if o.transfers.next = now; o.stalled > 0 && now <= o.free().Add(tick+hair) {
		o.transfers.next = o.stalled
	}
}

// arrives says that it has ended.
func (o *oracle) arrives() {
	o.transfers = transfers{drawn: o.transfers.next, ended: o.clock.Now()}
}

// isFirst tells whether the first one since the boot is under way: what is to be
// seen meanwhile is another life's.
func (t transfers) isFirst() bool { return t.ended == 0 && t.next != 0 }

// wiredBoard is a board whose transfers take the time that the world lets them.
type wiredBoard struct {
	gpio.Backend
	*World
}

func (b wiredBoard) OpenSPI(name string, hz int64) (gpio.SPI, error) {
	port, err := b.Backend.OpenSPI(name, hz)
	if err != nil {
		return nil, err
	}
	return wiredSPI{port, b.World, b.boots}, nil
}

type wiredSPI struct {
	gpio.SPI
	*World
	boot int
}

func (p wiredSPI) Tx(packets ...[]byte) error {
	o := p.oracle
	if p.slowPanel.most > slowTransfer {
		p.clock.Work(p.mustSayThatItHangs)
	}
	o.setsOut()
	p.slowPanel.pass(p.World)
	if p.boot != p.boots {
		return syscall.EIO // the process is long gone
	}
	if p.clock.Now() > o.transfers.ended {
		o.part() // the transfer before is the one that what is shown goes back to
	}
	o.arrives()
	return p.SPI.Tx(packets...)
}

// slowTransfer is how long a transfer may take without a word.
const slowTransfer = 6 * time.Second

// mustSayThatItHangs finds out whether people are told of a transfer that does not
// end.
func (w *World) mustSayThatItHangs() {
	boots, edits, stalls := w.boots, w.edits, w.visitor.stalls
	w.sleep(slowTransfer)
	if boots == w.boots && edits == w.edits && stalls == w.visitor.stalls && w.oracle.on {
		w.mustBeIll("panel", "max7219 on "+panelPort)
	}
}

// mustBeIll fails where an instance finds itself well, or says something else.
func (w *World) mustBeIll(instance, why string) {
	for _, i := range w.daemon.Report().Instances {
		if i.Name == instance && (i.Health == host.OK || !strings.Contains(i.Why, why)) {
			w.fail("%s is %s (%q), and %q is not said", instance, i.Health, i.Why, why)
		}
	}
}
