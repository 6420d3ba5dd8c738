package periph

import (
	"log"
	"log/slog"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// stdin identifies the file behind descriptor 0.
func stdin(t *testing.T) (device, inode uint64) {
	t.Helper()
	var stat unix.Stat_t
	if err := unix.Fstat(0, &stat); err != nil {
		t.Fatalf("standard input: %v", err)
	}
	return uint64(stat.Dev), stat.Ino
}

func TestStandardInputIsBackAfterPeriphClosedIt(t *testing.T) {
	device, inode := stdin(t)
	if err := keepStdin(func() { unix.Close(0) }); err != nil {
		t.Fatal(err)
	}
	if d, i := stdin(t); d != device || i != inode {
		t.Error("descriptor 0 is another file than before")
	}
}

func TestAFileThatTookStandardInputsPlaceIsLeftAlone(t *testing.T) {
	saved, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = unix.Dup3(saved, 0, 0)
		unix.Close(saved)
	}()
	var pipe [2]int
	if err := unix.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pipe[1])
	var stat unix.Stat_t
	if err := keepStdin(func() {
		_ = unix.Fstat(pipe[0], &stat)
		_ = unix.Dup3(pipe[0], 0, 0)
		unix.Close(pipe[0])
	}); err != nil {
		t.Fatal(err)
	}
	if _, inode := stdin(t); inode != stat.Ino {
		t.Error("the file was closed")
	}
}

func TestNoLineIsGivenADescriptorZeroThatWasFreeBefore(t *testing.T) {
	saved, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = unix.Dup3(saved, 0, 0)
		unix.Close(saved)
	}()
	unix.Close(0)
	if err := keepStdin(func() { stdin(t) }); err != nil {
		t.Fatal(err)
	}
	stdin(t)
}

func TestWhatPeriphLogsIsCaughtAndTheLoggerIsLeftAsItWas(t *testing.T) {
	before, flags := log.Writer(), log.Flags()
	got := catchLog(func() {
		log.Println("opening gpio chip /dev/gpiochip0 failed")
		log.Print("and again\n")
	})
	if want := []string{"opening gpio chip /dev/gpiochip0 failed", "and again"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if log.Writer() != before || log.Flags() != flags {
		t.Error("the standard logger has changed")
	}
}

func TestABoardOpensAgainAndAgain(t *testing.T) {
	stdin(t)
	for range 2 {
		b, err := Open(slog.New(slog.DiscardHandler), ticking())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	stdin(t)
}

func TestEveryDriverIsAccountedFor(t *testing.T) {
	list, _ := TakeInventory() // an error is the machine's affair
	var names []string
	for _, d := range list.Drivers {
		if d.State != "loaded" && d.State != "skipped" && d.State != "failed" {
			t.Errorf("%s is %q", d.Name, d.State)
		}
		names = append(names, d.Name)
	}
	for _, name := range []string{"ioctl-gpio", "sysfs-spi"} {
		if !strings.Contains(strings.Join(names, " "), name) {
			t.Errorf("no %s in %v", name, names)
		}
	}
}

func TestNothingThatMapsMemoryIsLinkedIn(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		switch path {
		case "periph.io/x/host/v3/gpioioctl", "periph.io/x/host/v3/sysfs", "periph.io/x/host/v3/fs":
		default:
			if strings.HasPrefix(path, "periph.io/x/host/") {
				t.Errorf("%s is linked in", path)
			}
		}
	}
}
