package periph

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/gpio"
)

func TestCloseGivesUpOnADriverThatHangs(t *testing.T) {
	for _, c := range []struct {
		title, name string
		open        func(t *testing.T, hang func()) interface{ Close() error }
	}{
		{"an output", "GPIO22", func(t *testing.T, hang func()) interface{ Close() error } {
			h := newFakeHandle()
			h.beforeClose = hang
			return &output{name: "GPIO22", handle: h}
		}},
		{"input lines", "GPIO6, GPIO5", func(t *testing.T, hang func()) interface{ Close() error } {
			h := newFakeHandle()
			h.beforeClose = hang
			b, _ := boardOf(h, nil, headerChip("GPIO5", "GPIO6"))
			l, err := b.OpenLines([]string{"GPIO6", "GPIO5"}, gpio.PullNone, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}},
		{"a PWM output", "GPIO18", func(t *testing.T, hang func()) interface{ Close() error } {
			f := newFakePWM(t)
			f.chip("pwmchip0", "fe20c000.pwm", "2")
			p, err := f.openChannel("GPIO18", time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			f.pwmClass.write = func(string, string) error { hang(); return nil }
			return p
		}},
	} {
		t.Run(c.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				goOn := make(chan struct{})
				part := c.open(t, func() { <-goOn })
				began := time.Now()
				err := part.Close()
				if err == nil || !strings.Contains(err.Error(), c.name) || !strings.Contains(err.Error(), "hangs") {
					t.Error(err)
				}
				if took := time.Since(began); took > 300*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				close(goOn)
			})
		})
	}
}

func TestAPWMOutputGoesLowWhenItsDriverLetsGoAfterAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakePWM(t)
		f.chip("pwmchip0", "fe20c000.pwm", "2")
		b := &Board{pwm: f.pwmClass}
		p, err := b.OpenPWM("GPIO18", time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		goOn := make(chan struct{})
		f.pwmClass.write = func(path, value string) error {
			<-goOn
			return f.write(path, value)
		}
		if err := p.Close(); err == nil {
			t.Error("closed, while its driver hangs")
		}
		if _, err := b.OpenPWM("GPIO12", time.Millisecond); err == nil {
			t.Error("opened, while it is still being closed")
		}
		close(goOn)
		synctest.Wait()
		if got := strings.Join(f.writes[len(f.writes)-3:], " "); got != "pwmchip0/pwm0/duty_cycle=0 pwmchip0/pwm0/enable=0 pwmchip0/unexport=0" {
			t.Errorf("wrote %s", got)
		}
		if _, err := b.OpenPWM("GPIO12", time.Millisecond); err != nil {
			t.Error(err)
		}
	})
}
