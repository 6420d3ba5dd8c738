package pwmclass

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

func TestAPinIsFoundByTheDeviceOfItsChip(t *testing.T) {
	for _, c := range []struct{ title, device, channels, name, want string }{
		{"Raspberry Pi 5, GPIO12", "1f00098000.pwm", "4", "GPIO12", "pwmchip3/pwm0"},
		{"Raspberry Pi 5, GPIO13", "1f00098000.pwm", "4", "GPIO13", "pwmchip3/pwm1"},
		{"Raspberry Pi 5, GPIO18", "1f00098000.pwm", "4", "GPIO18", "pwmchip3/pwm2"},
		{"Raspberry Pi 5, GPIO19", "1f00098000.pwm", "4", "GPIO19", "pwmchip3/pwm3"},
		{"Raspberry Pi 4, GPIO18", "fe20c000.pwm", "2", "GPIO18", "pwmchip3/pwm0"},
		{"Raspberry Pi 4, GPIO13", "fe20c000.pwm", "2", "GPIO13", "pwmchip3/pwm1"},
		{"Raspberry Pi 3, GPIO19", "3f20c000.pwm", "2", "GPIO19", "pwmchip3/pwm1"},
		{"Raspberry Pi Zero, GPIO12", "2020c000.pwm", "2", "GPIO12", "pwmchip3/pwm0"},
		{"a chip and channel", "anything", "2", "pwmchip3/1", "pwmchip3/pwm1"},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := newFakePWM(t)
			f.chip("pwmchip0", "1f0009c000.pwm", "4") // the fan's: none of the header's pins
			f.chip("pwmchip3", c.device, c.channels)
			p, err := f.start(c.name, time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if p.dir != filepath.Join(f.root, c.want) {
				t.Errorf("%s, want %s", p.dir, c.want)
			}
		})
	}
}

func TestTheAttributesOfANewChannelAreWrittenInAValidOrder(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	p, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.read("pwmchip0/pwm0/duty_cycle") + " " + f.read("pwmchip0/pwm0/enable"); got != "0 1" {
		t.Errorf("duty cycle and enable %s, want 0 1", got)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	want := []string{
		"pwmchip0/export=0", "pwmchip0/pwm0/period=1000000", "pwmchip0/pwm0/enable=1",
		"pwmchip0/pwm0/duty_cycle=0", "pwmchip0/pwm0/enable=0",
	}
	if !reflect.DeepEqual(f.writes, want) {
		t.Errorf("wrote %q\nwant  %q", f.writes, want)
	}
}

func TestAChannelWithAnotherPeriodIsConfiguredAnew(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	f.channel("pwmchip0/pwm0", "20000000", "15000000", "inversed", "1")
	if _, err := f.start("GPIO18", time.Millisecond); err != nil {
		t.Fatal(err)
	}
	var state []string
	for _, attribute := range []string{"period", "duty_cycle", "polarity", "enable"} {
		state = append(state, f.read("pwmchip0/pwm0/"+attribute))
	}
	if want := []string{"1000000", "0", "normal", "1"}; !reflect.DeepEqual(state, want) {
		t.Errorf("%v, want %v", state, want)
	}
}

func TestDutyCyclesFromOffToAlwaysOn(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	p, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		duty uint16
		want string
	}{{65535, "1000000"}, {32768, "500007"}, {1, "15"}, {0, "0"}} {
		if err := p.SetDuty(c.duty); err != nil {
			t.Fatal(err)
		}
		if got := f.read("pwmchip0/pwm0/duty_cycle"); got != c.want {
			t.Errorf("duty %d: %s ns of 1 ms, want %s", c.duty, got, c.want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _ = p.SetDuty(40000) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestAnErrorOfTheWriteIsReturned(t *testing.T) {
	for _, device := range []string{"fe20c000.pwm", "1-0040"} { // the board's own chip, and one on a bus
		f := newFakePWM(t)
		f.chip("pwmchip0", device, "2")
		p, err := f.start("pwmchip0/0", time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		f.must(p.file.Close())
		p.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0)
		f.must(err)
		p.fd = p.file.Fd()
		if err := p.SetDuty(1); !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "PWM on pwmchip0/0") || p.Duty() != 0 {
			t.Errorf("%s: %v, duty cycle %d", device, err, p.Duty())
		}
	}
}

func TestAChannelIsOpenedOnceUdevHasSetItsPermissions(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	f.refused, f.udevTimeout = 3, time.Minute
	p, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetDuty(65535); err != nil {
		t.Error(err)
	}
}

// Each export would make udev begin again.
func TestAChannelStaysExportedWhileUdevHasNotSetItsPermissions(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	f.refused = 2
	period := filepath.Join(f.root, "pwmchip0/pwm0/period")
	for range 2 {
		_, err := f.start("GPIO18", time.Millisecond)
		if err == nil || err.Error() != "waiting for udev to give "+period+" to group gpio" {
			t.Fatal(err)
		}
		if errors.Is(err, os.ErrPermission) {
			t.Error("it reads as if the user lacked a permission")
		}
	}
	if _, err := f.start("GPIO18", time.Millisecond); err != nil {
		t.Errorf("after udev: %v", err)
	}
	if slices.Contains(f.writes, "pwmchip0/unexport=0") {
		t.Error("it was unexported in between")
	}
}

func TestAUserWhoIsNotInTheGroupThatUdevHasSetIsToldSo(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	f.channel("pwmchip0/pwm0", "0", "0", "normal", "0")
	gid := os.Getgid()
	if gid == 0 {
		gid = 64000 // of no group in use, which only root can set
	}
	period := filepath.Join(f.root, "pwmchip0/pwm0/period")
	if err := errors.Join(os.Chown(period, -1, gid), os.Chmod(period, 0o664)); err != nil {
		t.Fatal(err)
	}
	f.refused = 1
	if _, err := f.start("GPIO18", time.Millisecond); !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "the user must be in group") {
		t.Error(err)
	}
}

func TestAChannelLeftRunningIsAdoptedWithItsDutyCycle(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	p, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.SetDuty(65535), p.Close()); err != nil {
		t.Fatal(err)
	}
	if got := f.read("pwmchip0/pwm0/duty_cycle") + " " + f.read("pwmchip0/pwm0/enable"); got != "1000000 1" {
		t.Errorf("duty cycle and enable %s, want 1000000 1", got)
	}
	f.writes = nil
	again, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatalf("it could not be opened again: %v", err)
	}
	if again.Duty() != 65535 || !reflect.DeepEqual(f.writes, []string{"pwmchip0/export=0"}) {
		t.Errorf("adopted with duty cycle %d after writing %q", again.Duty(), f.writes)
	}
}

func TestTwoPinsOfOneChannelAreNotOpenedTogether(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	p, err := f.start("GPIO18", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.start("GPIO12", time.Millisecond); err == nil || !strings.Contains(err.Error(), "pwmchip0/pwm0 is already open as GPIO18") {
		t.Errorf("GPIO12 beside GPIO18: %v", err)
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := p.SetDuty(1); !errors.Is(err, os.ErrClosed) {
		t.Errorf("duty after Close: %v", err)
	}
	if _, err := f.start("GPIO12", time.Millisecond); err != nil {
		t.Errorf("GPIO12 after GPIO18: %v", err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		title, name, want string
		period            time.Duration
		fail              string
		err               error
	}{
		{title: "an overlay is missing", name: "GPIO18", want: "add dtoverlay=pwm-2chan to /boot/firmware/config.txt"},
		{title: "the other overlay is missing", name: "GPIO13", want: "add dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4 to"},
		{title: "a pin without PWM", name: "GPIO4", want: "GPIO12, GPIO13, GPIO18 or GPIO19"},
		{title: "no such chip", name: "pwmchip9/0", want: "no PWM chip is named pwmchip9"},
		{title: "no such channel", name: "pwmchip0/2", want: "channels 0 to 1"},
		{title: "a way out of the class", name: "pwmchip0/../../x", want: "channels 0 to 1"},
		{title: "no period", name: "pwmchip0/0", period: -1, want: "at most 1s"},
		{title: "a period that the chip cannot make", name: "pwmchip0/0", fail: "pwmchip0/pwm0/period", err: unix.EINVAL, want: "not support a period of 1ms"},
		{title: "export is root's", name: "pwmchip0/0", fail: "pwmchip0/export", err: unix.EACCES, want: "only root may use it"},
		{title: "sysfs is read-only", name: "pwmchip0/0", fail: "pwmchip0/export", err: unix.EROFS, want: "ReadWritePaths=-/sys/devices/platform"},
		{title: "a fan's channel", name: "pwmchip0/0", fail: "pwmchip0/export", err: unix.EBUSY, want: "a fan"},
	} {
		t.Run(c.title, func(t *testing.T) {
			f := newFakePWM(t)
			f.chip("pwmchip0", "0.other", "2")
			f.fails[c.fail] = c.err
			pin := NewPin(c.name)
			pin.class = f.class
			if c.period == 0 {
				c.period = time.Millisecond
			}
			p, err := pin.StartPWM(c.period)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.name) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
			if p != nil {
				t.Error("there is an output beside the error")
			}
		})
	}
}

func TestAnAdoptedDutyCycleIsTheOneThatWasSet(t *testing.T) {
	for _, period := range []uint64{65535, 100_000, 1_000_000, 1_000_000_000} {
		for duty := range uint64(65536) {
			if got := dutyOf(period*duty/65535, period); uint64(got) != duty {
				t.Fatalf("period %d: duty cycle %d is read as %d", period, duty, got)
			}
		}
	}
}

func TestPWMOfConnSetsFrequencyAndDutyCycleAndHaltStops(t *testing.T) {
	f := newFakePWM(t)
	f.chip("pwmchip0", "fe20c000.pwm", "2")
	pin := NewPin("GPIO18")
	pin.class = f.class
	for _, err := range []error{pin.PWM(gpio.DutyHalf, 50*physic.Hertz), pin.PWM(gpio.DutyMax/4, 100*physic.Hertz)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := f.read("pwmchip0/pwm0/period") + " " + f.read("pwmchip0/pwm0/duty_cycle"); got != "10000000 2500038" {
		t.Errorf("period and duty cycle are %s", got)
	}
	if err := errors.Join(pin.Halt(), pin.Halt()); err != nil {
		t.Error(err)
	}
	if f.read("pwmchip0/pwm0/enable") != "0" {
		t.Error("it runs after Halt")
	}
	if pin.PWM(gpio.DutyMax+1, 0) == nil || pin.Out(gpio.High) == nil || pin.In(gpio.PullUp, gpio.NoEdge) == nil {
		t.Error("an impossible call succeeded")
	}
}
