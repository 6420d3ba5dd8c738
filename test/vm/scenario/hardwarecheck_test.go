//go:build vm

package scenario

import (
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

func TestHardwareCheckFindsAllPartsAsTheUserOfTheService(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	l := startCheck(g, "ptvd")
	l.says(": 5 parts on this board",
		"SPI0.0: /dev/spidev0.0, header pins 19 (MOSI), 23 (SCLK), 24 (CS)",
		"GPIO17: pinctrl-bcm2711 line 17, header pin 11",
		"GPIO18: pwmchip0/0 of fe20c000.pwm",
		"GPIO6: pinctrl-bcm2711 line 6, header pin 31",
		"The test pattern is sent to SPI0.0", "GPIO18 fades up and down", "Press the button.", "Turn the encoder")

	panel := sim.NewPanel(4)
	g.panel(panel, 20*time.Second, func() bool { return panel.On() && hasCorners(panel) })
	for _, bright := range []bool{true, false, true} {
		_, err := wires.Await(g.Wires, 20*time.Second, func(p wires.PWM) bool {
			return p.Enabled && (bright && p.Duty > p.Period*9/10 || !bright && p.Duty < p.Period/20)
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	l.does(wires.Press(17, 80*time.Millisecond))
	l.says("pressed: GPIO17 is low", "press: calls panel.next", "released: GPIO17 is high")
	l.does(wires.Turn(5, 6, 2, 20*time.Millisecond))
	l.says(" clockwise, total +1", " clockwise, total +2")
	l.does(wires.Turn(6, 5, 1, 20*time.Millisecond))
	l.says("counter-clockwise, total +1")

	l.ends(0)
	l.says("5 parts opened, no errors.")
	events, err := g.Wires.Drain()
	if err != nil {
		t.Fatal(err)
	}
	var lamp wires.PWM
	for _, e := range events {
		switch e := e.(type) {
		case wires.PWM:
			lamp = e
		case wires.Message:
			for _, packet := range e.Packets {
				panel.Receive(packet.Bytes)
			}
		}
	}
	if panel.On() || lamp.Duty != 0 {
		t.Errorf("at the end: panel on %v, duty %v; want off and 0", panel.On(), lamp.Duty)
	}
	if users := g.run("gpioinfo"); strings.Contains(users, `"ptvd"`) {
		t.Errorf("lines still in use at the end:\n%s", users)
	}
}

func hasCorners(panel *sim.Panel) bool {
	picture := panel.Picture(mounted)
	for _, x := range []int{0, 31} {
		for _, y := range []int{0, 7} {
			if picture.GrayAt(x, y).Y == 0 {
				return false
			}
		}
	}
	return true
}

func TestHardwareCheckWarnsOfSwappedLooseAndStuckContacts(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	l := startCheck(g, "ptvd")
	l.says("Press the button.", "Turn the encoder")
	second := time.Second
	for _, c := range []struct {
		script wires.Script
		want   string
	}{
		{wires.Turn(6, 5, 1, 20*time.Millisecond).Rest(second), "counter-clockwise, total -1"},
		{wires.Press(5, 80*time.Millisecond).Rest(second), "! GPIO5 changed, but GPIO6 did not."},
		{wires.Press(6, 80*time.Millisecond).Rest(second), "! GPIO6 changed, but GPIO5 did not."},
		{closed(5, 6, second), "! The encoder stopped halfway to a detent. If it is in a detent: set steps_per_detent: 2."},
		{closed(5, 5, second), "! The encoder has stopped at 3 of its 4 codes. If it was in a detent each time: set steps_per_detent: 1."},
		{hum(5).Rest(second), "! GPIO5 changes continuously without a detent"},
		{hum(17), "! GPIO17 changes faster than a person can press"},
		{wires.Press(17, 62*second), "! GPIO17 has been pressed for a minute: is the button stuck?"},
	} {
		l.does(c.script)
		l.says(c.want)
	}
	l.ends(0)
}

// closed closes two contacts for a while and opens them.
func closed(a, b int, rest time.Duration) wires.Script {
	const phase = 20 * time.Millisecond
	return wires.Script{{Line: a, Level: wires.Low, For: phase}, {Line: b, Level: wires.Low, For: rest}, {Line: a, Level: wires.Free, For: phase}, {Line: b, Level: wires.Free, For: rest}}
}

// hum is what a floating input picks up in two seconds.
func hum(line int) wires.Script {
	period := wires.Script{{Line: line, Level: wires.Low, For: 12 * time.Millisecond}, {Line: line, Level: wires.Free, For: 12 * time.Millisecond}}
	return slices.Repeat(period, 80)
}

func TestHardwareCheckWarnsOfInputsThatDoNotChangeAndOfThoseThatReadAsPressed(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	l := startCheck(g, "ptvd", "--for", "5s")
	l.says("! GPIO17 did not change. If the button was pressed", "! GPIO5 and GPIO6 did not change. If the encoder was turned")
	l.ends(0)

	if err := g.Wires.Set(17, wires.Low); err != nil {
		t.Fatal(err)
	}
	l = startCheck(g, "ptvd", "--for", "5s")
	l.says("! GPIO17 reads as pressed. If nobody is pressing the button: the line is connected to ground", "! GPIO17 still reads as pressed at the end of the test.")
	l.ends(0)

	g.configure(withLamp(g, "pin: GPIO17", "pin: GPIO17\n    pull: down"))
	if err := g.Wires.Set(17, wires.Free); err != nil {
		t.Fatal(err)
	}
	l = startCheck(g, "ptvd", "--for", "5s")
	l.says("! GPIO17 reads as pressed. If nobody is pressing the button: pull: down makes the line low", "set pull: up")
	l.ends(0)
}

func TestHardwareCheckOpensNothingWhileTheServiceRuns(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	g.start()
	process := g.pid()
	l := startCheck(g, "root")
	l.says("GPIO17: pinctrl-bcm2711 line 17, header pin 11; in use by ptvd",
		"ptvd is already running (PID "+strconv.Itoa(process)+"), so no part was opened.",
		"sudo systemctl stop ptvd", "hardware is in use by another ptvd")
	l.ends(1)
	if g.pid() != process {
		t.Error("the service was restarted")
	}
}

func TestHardwareCheckAdvisesOnPartsThatCannotBeOpened(t *testing.T) {
	for name, c := range map[string]struct {
		change []string // of the configuration
		broken []string // command that breaks something …
		repair []string // … and one that repairs it
		words  []string
	}{
		"SPI is off": {
			broken: []string{"mv", "/dev/spidev0.0", "/dev/spare"}, repair: []string{"mv", "/dev/spare", "/dev/spidev0.0"},
			words: []string{"SPI0.0 does not exist: add dtparam=spi=on to /boot/firmware/config.txt and restart", "1 of 5 parts could not be opened"},
		},
		"another port needs an overlay": {
			change: []string{"spi: SPI0.0", "spi: SPI1.2"},
			words:  []string{"SPI1.2 does not exist", "dtoverlay=spi1-"},
		},
		"PWM is off": {
			broken: []string{"mount", "-t", "tmpfs", "none", "/sys/class/pwm"}, repair: []string{"umount", "/sys/class/pwm"},
			words: []string{"PWM on GPIO18: no PWM chip drives it; add dtoverlay=pwm-2chan to /boot/firmware/config.txt and restart", "1 of 5 parts could not be opened"},
		},
		"an output without PWM": {
			change: []string{"output: GPIO18", "output: GPIO20"},
			words:  []string{"PWM on GPIO20: no PWM chip drives it; use GPIO12, GPIO13, GPIO18 or GPIO19"},
		},
		"there is no GPIO chip": {
			broken: []string{"sh", "-c", "mv /dev/gpiochip* /mnt"}, repair: []string{"sh", "-c", "mv /mnt/gpiochip* /dev"},
			words: []string{"GPIO17", "GPIO5", "GPIO6", "no GPIO chip", "3 of 5 parts could not be opened"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := begin(t)
			g.configure(withLamp(g, c.change...))
			if c.broken != nil {
				g.run(c.broken[0], c.broken[1:]...)
				defer g.run(c.repair[0], c.repair[1:]...)
			}
			l := startCheck(g, "ptvd", "--for", "1s")
			l.says(append(c.words, "FAILED: ")...)
			l.ends(1)
		})
	}
}

func TestCheckOnTheBoardKnowsItsLines(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g, "pin: GPIO17", "pin: GPIO40"))
	for _, args := range [][]string{{"check"}, {"check", "--hardware"}} {
		g.fails(78, "plugins.bell.pin: no GPIO line is named GPIO40: `ptvd pins` lists the lines", "ptvd", args...)
	}
}

func TestHardwareCheckNamesTheProgramThatHoldsALine(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	other := exec.Command("gpioset", "--mode=signal", "gpiochip0", "17=1")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	g.eventually("gpioset holds the line", 10*time.Second, func() bool { return strings.Contains(g.run("gpioinfo"), "gpioset") })
	l := startCheck(g, "ptvd", "--for", "5s")
	l.says("GPIO17: device or resource busy (held by gpioset); stop gpioset or use another pin", "1 of 5 parts could not be opened", "GPIO18 fades up and down")
	l.ends(1)
}

func TestHardwareCheckSuggestsTheUserToRunAs(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	const readable = "/tmp/hardwarecheck.yaml"
	g.run("install", "-m", "644", "/etc/ptvd/ptvd.yaml", readable)
	defer g.run("rm", readable)
	l := startCheck(g, "nobody", "--for", "1s", "--config", readable)
	l.says("the user must be in group gpio", "the user must be in group spi", "sudo -u ptvd ptvd check --hardware", "5 of 5 parts could not be opened")
	l.ends(1)
}

func TestAServiceWithoutPermissionNamesTheMissingSettingOfTheUnit(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	g.dropIn("groups", "[Service]\nSupplementaryGroups=\n")
	g.run("gpasswd", "--delete", "ptvd", "gpio")
	defer g.run("gpasswd", "--add", "ptvd", "gpio")
	g.start()
	g.eventually("the journal names SupplementaryGroups", 20*time.Second, func() bool {
		return strings.Contains(g.journal(), "the unit needs SupplementaryGroups=")
	})
}

func TestHardwareCheckReportsAnSPIPortThatFailsOrHangs(t *testing.T) {
	g := begin(t)
	g.configure(withLamp(g))
	if err := g.Wires.Fail(1000); err != nil {
		t.Fatal(err)
	}
	l := startCheck(g, "ptvd", "--for", "3s")
	l.says("panel  FAILED: ", "input/output error", "hardware test failed: panel")
	l.ends(1)

	if err := g.Wires.Fail(0); err != nil {
		t.Fatal(err)
	}
	if err := g.Wires.Hang(8 * time.Second); err != nil {
		t.Fatal(err)
	}
	l = startCheck(g, "ptvd", "--for", "7s")
	l.says("panel  FAILED: transfer timed out after 5s", "hardware test failed: panel")
	l.ends(1)
}
