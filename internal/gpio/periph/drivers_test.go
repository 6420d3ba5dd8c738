package periph

import (
	"log"
	"log/slog"
	"os/exec"
	"path/filepath"
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

// restoreStdin puts descriptor 0 back when the test ends.
func restoreStdin(t *testing.T) {
	saved, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.Dup3(saved, 0, 0)
		unix.Close(saved)
	})
}

// takeZero opens a file as descriptor 0 and returns its inode.
func takeZero(t *testing.T, path string) uint64 {
	unix.Close(0)
	if fd, err := unix.Open(path, unix.O_RDWR|unix.O_CREAT, 0o600); fd != 0 {
		t.Fatalf("descriptor %d, %v", fd, err)
	}
	_, inode := stdin(t)
	return inode
}

func TestStandardInputIsBackAfterItWasClosed(t *testing.T) {
	restoreStdin(t)
	device, inode := stdin(t)
	if err := keepStdin("", func() { unix.Close(0) }); err != nil {
		t.Fatal(err)
	}
	if d, i := stdin(t); d != device || i != inode {
		t.Error("descriptor 0 is another file than before")
	}
}

func TestStandardInputIsBackAfterADriverTookItsPlace(t *testing.T) {
	restoreStdin(t)
	device, inode := stdin(t)
	export := filepath.Join(t.TempDir(), "export")
	if err := keepStdin(export, func() { takeZero(t, export) }); err != nil {
		t.Fatal(err)
	}
	if d, i := stdin(t); d != device || i != inode {
		t.Error("descriptor 0 is another file than before")
	}
}

func TestAnyOtherFileThatTookStandardInputsPlaceIsLeftAlone(t *testing.T) {
	restoreStdin(t)
	dir := t.TempDir()
	var inode uint64
	if err := keepStdin(filepath.Join(dir, "export"), func() { inode = takeZero(t, filepath.Join(dir, "other")) }); err != nil {
		t.Fatal(err)
	}
	if _, i := stdin(t); i != inode {
		t.Error("the file was closed")
	}
}

func TestNothingIsGivenADescriptorZeroThatWasFreeBefore(t *testing.T) {
	restoreStdin(t)
	unix.Close(0)
	if err := keepStdin("", func() { stdin(t) }); err != nil {
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
