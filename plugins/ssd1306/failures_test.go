package ssd1306_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/host"
)

func TestADisplayThatIsUnpluggedForAWhileIsFound(t *testing.T) {
	for _, k := range kinds[:5] {
		k.with(t, onI2C, func(f *fixture) error {
			f.pass(time.Second)
			f.Board.AttachI2C(0x3D, nil)
			f.glass.PowerCycle()
			f.do("next")
			f.pass(time.Minute)
			if why := f.panel.Health.Why; !strings.Contains(why, "ssd1306 on I2C1, GPIO25 failed: ") || !strings.Contains(why, "remote I/O error") {
				t.Errorf("health: %s", why)
			}
			f.connect()
			f.pass(time.Minute)
			f.mustBeOK(k.from)
			return nil
		})
	}
}

func TestADisplayThatLostItsPowerForAMomentIsSetUpAgain(t *testing.T) {
	for _, k := range kinds {
		for _, parts := range []string{onI2C, onSPI} {
			k.with(t, parts, func(f *fixture) error {
				f.pass(time.Second)
				f.glass.PowerCycle()
				f.pass(time.Minute)
				f.mustShow(k.from)
				return nil
			})
		}
	}
}

func TestAFailedTransferIsMadeUpFor(t *testing.T) {
	for _, k := range kinds[:5] {
		for _, parts := range []string{onI2C, onSPI} {
			k.with(t, parts, func(f *fixture) error {
				f.pass(time.Second)
				f.Board.FailSPI("SPI0.0", 1, syscall.EIO)
				f.Board.FailI2C(0x3D, 1, syscall.EIO)
				f.do("next")
				f.pass(time.Second)
				f.mustBeOK(k.from)
				return nil
			})
		}
	}
}

func TestADisplayWhoseTransfersFailIsOpenedAgain(t *testing.T) {
	for _, k := range kinds[:5] {
		k.with(t, onI2C, func(f *fixture) error {
			f.pass(time.Second)
			f.Board.FailI2C(0x3D, 1000, syscall.ETIMEDOUT)
			f.do("next")
			f.pass(time.Minute)
			if why := f.panel.Health.Why; !strings.Contains(why, "ssd1306 on I2C1, GPIO25 failed: ") || !strings.Contains(why, "connection timed out") {
				t.Errorf("health: %s", why)
			}
			f.Board.FailI2C(0x3D, 0, nil)
			f.pass(time.Minute)
			f.mustBeOK(k.from)
			return nil
		})
	}
}

func TestAStopWhileTheDisplayIsGoneIsNoFailure(t *testing.T) {
	kinds[0].with(t, onI2C, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailI2C(0x3D, 1000, syscall.EREMOTEIO)
		f.do("next")
		f.pass(time.Minute)
		if f.panel.Health.Condition == host.OK {
			t.Error("the health does not say that the display is gone")
		}
		return nil // and so the stop
	})
}
