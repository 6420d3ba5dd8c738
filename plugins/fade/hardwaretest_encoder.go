package fade

import (
	"errors"
	"time"

	"ptvd/plugins"
)

// testEncoder tells each detent, and what does not look like one.
func (l *lamp) testEncoder(t *plugins.Task, report plugins.Reporter) error {
	in, code, err := l.openKnob(t)
	if err != nil {
		return err
	}
	e := l.cfg.Encoder
	report.Info("Turn the knob on %s and %s to the right. Each click should be one line, clockwise. If it says counter-clockwise, a and b are swapped: swap the wires, or write reverse: true.", e.A, e.B)
	hand := &hand{encoder: e, report: report, rest: [2]plugins.Level{in.Level(0), in.Level(1)}}
	for {
		edge, err := hand.next(t, in)
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			hand.rested(in.Level(0), in.Level(1))
		case err != nil:
			hand.left()
			return err
		default:
			hand.moved(edge.Line, code.Step(in.Level(0), in.Level(1)))
		}
	}
}

// hand is what somebody does to a knob that is tried.
type hand struct {
	encoder Encoder
	report  plugins.Reporter
	rest    [2]plugins.Level // at the beginning, in a detent
	sum     int              // detents, clockwise positive
	total   [2]int           // changes of each channel
	changes [2]int           // since the latest rest
	detents int              // since the latest rest
	idle    int              // changes since the latest detent or rest
	between bool             // it has rested with one channel changed and the other not
}

// restAfter is how long a knob stands still when it rests.
const restAfter = 500 * time.Millisecond

// noise is more changes than the contacts of a worn encoder make from one detent to
// the next.
const noise = 100

// next waits for an edge, or for the rest that follows some.
func (h *hand) next(t *plugins.Task, in *plugins.Input) (edge plugins.Edge, err error) {
	if h.changes == [2]int{} {
		return in.Next(t)
	}
	err = t.Timeout(restAfter, func() (err error) {
		edge, err = in.Next(t)
		return err
	})
	return edge, err
}

func (h *hand) moved(channel, detent int) {
	h.total[channel]++
	h.changes[channel]++
	if h.encoder.Reverse {
		detent = -detent
	}
	if detent == 0 {
		h.doubtNoise(channel)
		return
	}
	h.idle = 0
	h.detents++
	h.sum += detent
	way := "clockwise"
	if detent < 0 {
		way = "counter-clockwise"
	}
	h.report.Info("%s, %+d in all", way, h.sum)
}

// rested looks at how the knob came to rest: in a detent, both channels are as they
// were at the beginning, unless there are fewer codes from one to the next than the
// configuration says.
func (h *hand) rested(a, b plugins.Level) {
	e := h.encoder
	aBack, bBack := a == h.rest[0], b == h.rest[1]
	h.between = h.between || aBack != bBack
	switch {
	case h.lacks(0, bBack):
		h.doubtWire(e.B, e.A, "a")
	case h.lacks(1, aBack):
		h.doubtWire(e.A, e.B, "b")
	case e.StepsPerDetent > 1 && !(aBack && bBack) && h.between:
		h.report.Warn("The knob has come to rest between two detents. If it is in one: write steps_per_detent: 1.")
	case e.StepsPerDetent > 2 && !aBack && !bBack:
		h.report.Warn("The knob has come to rest halfway to a detent. If it is in one: write steps_per_detent: 2.")
	case h.detents == 0:
		h.report.Info("%s and %s changed, and came back: no detent.", e.A, e.B)
	}
	h.changes, h.detents, h.idle = [2]int{}, 0, 0
}

// lacks tells whether a channel did not take part in a turn that it should have
// taken part in: the other went and came back alone. With one code to the detent
// that is no wonder, but for a channel that never changes.
func (h *hand) lacks(channel int, otherIsBack bool) bool {
	if h.encoder.StepsPerDetent == 1 {
		return h.total[channel] == 0 && h.total[1-channel] > 1
	}
	return h.changes[channel] == 0 && otherIsBack
}

func (h *hand) doubtWire(loud, mute plugins.Pin, channel string) {
	h.report.Warn("%s changed, and %s did not. If you turned by a click or more: the wire of %s (%s) is loose or on another pin. If you pressed a button: it is wired to %s.", loud, mute, channel, mute, loud)
}

// doubtNoise tells a line that never rests, of which nothing else would be heard.
func (h *hand) doubtNoise(channel int) {
	if h.idle++; h.idle == noise {
		line := [2]plugins.Pin{h.encoder.A, h.encoder.B}[channel]
		h.report.Warn("%s changes without end, and no detent comes of it: the wire hangs in the air and picks up noise, or the encoder's common leg does not go to ground. Without resistors of your own, pull: up is right.", line)
	}
}

// left tells at the end of what never changed.
func (h *hand) left() {
	if h.total == [2]int{} {
		h.report.Warn("%s and %s never changed. If somebody turned: is the encoder's common leg on ground, and are a and b on these pins?", h.encoder.A, h.encoder.B)
	}
}
