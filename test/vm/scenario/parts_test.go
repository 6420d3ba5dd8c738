//go:build vm

package scenario

import (
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

const pwmChip = "/sys/class/pwm/pwmchip0"

// unexport makes the lamp's channel new.
func (g *guest) unexport() {
	g.Helper()
	if _, err := os.Stat(pwmChip + "/pwm0"); err == nil {
		g.write(pwmChip+"/unexport", "0", 0o200)
	}
	g.run("udevadm", "settle")
}

func TestNewPWMChannelWaitsForASlowUdev(t *testing.T) {
	g := begin(t)
	const slow = "/run/udev/rules.d/60-ptvd.rules" // in place of the package's
	text := strings.Replace(g.read("/usr/lib/udev/rules.d/60-ptvd.rules"), "/bin/sh -c '", "/bin/sh -c 'sleep 8; ", 1)
	g.write(slow, text, 0o644)
	g.run("udevadm", "control", "--reload")
	t.Cleanup(func() {
		os.Remove(slow)
		g.run("udevadm", "control", "--reload")
	})
	g.configure(withLamp(g))
	waiting := "PWM on GPIO18: waiting for udev to give " + pwmChip + "/pwm0/"

	g.unexport()
	g.start()
	g.hasStatus("lamp: " + waiting)
	g.allOK()
	g.play(detents(+1))
	if _, err := wires.Await(g.Wires, 5*time.Second, func(p wires.PWM) bool { return p.Duty > 0 }); err != nil {
		t.Error(err)
	}
	g.stop()

	g.unexport()
	check := startCheck(g, "ptvd", "--for", "1s")
	check.says(waiting, "1 of 5 parts could not be opened")
	check.ends(1)
	if strings.Contains(check.text(), "sudo -u ptvd") {
		t.Error("it advises another user")
	}
	g.run("udevadm", "settle")
	check = startCheck(g, "ptvd")
	check.says("GPIO18: pwmchip0/0", "Press the button.")
	check.ends(0)
}

func TestPanelReturnsWhenItsSPIDeviceIsBoundAgain(t *testing.T) {
	w := newPageCounter(t, "on_press: panel.next")
	const driver = "/sys/bus/spi/drivers/spidev/"
	bind := func() { g := w.guest; g.write(driver+"bind", "spi0.0", 0o200) }
	w.write(driver+"unbind", "spi0.0", 0o200)
	bound := false
	t.Cleanup(func() {
		if !bound {
			bind()
		}
	})
	w.press()
	w.hasStatus("panel: max7219 on SPI0.0")
	w.press()
	bind()
	bound = true
	w.panel.PowerCycle()
	w.waitForPage(3)
	w.allOK()
	w.press()
	w.turnsBy(+1)
}
