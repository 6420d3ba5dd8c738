package host_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ptvd/internal/host"
)

// stateChild names the directory in which this process, started by a test of its
// own, is to save for ever; stateLimit, how large a file may become there.
const (
	stateChild = "PTVD_TEST_STATE_CHILD"
	stateLimit = "PTVD_TEST_STATE_LIMIT"
)

const stateSize = 32 << 10

func generation(n int) []byte { return bytes.Repeat([]byte{byte('a' + n%26)}, stateSize) }

func TestChildThatSaves(t *testing.T) {
	dir := os.Getenv(stateChild)
	if dir == "" {
		t.Skip("it is a part of another test")
	}
	if limit, err := strconv.ParseUint(os.Getenv(stateLimit), 10, 64); err == nil {
		signal.Ignore(unix.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
	}
	for n := 0; ; n++ {
		if err := host.StorageDir(dir).Save("level", generation(n)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("saved")
	}
}

func savingIn(dir string, environment ...string) *exec.Cmd {
	child := exec.Command(os.Args[0], "-test.run", "^TestChildThatSaves$")
	child.Env = append(append(os.Environ(), stateChild+"="+dir), environment...)
	return child
}

func TestAProcessThatIsKilledWhileItSavesLeavesTheOldContentsOrTheNewAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	for kill := range 20 {
		child := savingIn(dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + kill {
			lines.Scan()
		}
		child.Process.Kill() // it is in the next save, somewhere
		child.Wait()
		data, err := host.StorageDir(dir).Load("level")
		if err != nil || len(data) != stateSize || !bytes.Equal(data, generation(int(data[0]-'a'))) {
			t.Fatalf("after kill %d there are %d bytes, or torn ones (%v)", kill, len(data), err)
		}
		mustHoldOneFile(t, dir)
	}
}

func TestADiskThatFillsUpWhileItIsWrittenLeavesTheOldContents(t *testing.T) {
	dir := t.TempDir()
	state := host.StorageDir(dir)
	if err := state.Save("level", []byte("40")); err != nil {
		t.Fatal(err)
	}
	if said, err := savingIn(dir, stateLimit+"=4096").Output(); err == nil || !strings.Contains(string(said), "too large") {
		t.Errorf("it saved more than there is room for (%v), or said something else: %s", err, said)
	}
	mustHoldOneFile(t, dir)
	if data, err := state.Load("level"); string(data) != "40" || err != nil {
		t.Errorf("afterwards: %q, %v", data, err)
	}
}

func mustHoldOneFile(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the directory holds %v (%v)", entries, err)
	}
}
