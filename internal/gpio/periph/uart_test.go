package periph

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal returns a pseudo-terminal: its master, and the path of its other end.
func terminal(t *testing.T) (master *os.File, path string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return master, fmt.Sprintf("/dev/pts/%d", number)
}

func TestASerialPortPassesBytesUnchangedAndCloseEndsARead(t *testing.T) {
	master, path := terminal(t)
	port, err := Board{}.OpenUART(path, 9600)
	if err != nil {
		t.Fatal(err)
	}
	const sent = "a\r\n\x00\x03\xff"
	if _, err := port.Write([]byte(sent)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(sent))
	if n, err := master.Read(got); err != nil || string(got[:n]) != sent {
		t.Errorf("the other end received %q (%v)", got[:n], err)
	}
	if _, err := master.Write([]byte(sent)); err != nil {
		t.Fatal(err)
	}
	if n, err := port.Read(got); err != nil || string(got[:n]) != sent {
		t.Errorf("received %q (%v)", got[:n], err)
	}
	ended := make(chan int)
	go func() {
		n, _ := port.Read(make([]byte, 1))
		ended <- n
	}()
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	if n := <-ended; n > 0 {
		t.Errorf("%d bytes were read during Close", n)
	}
}
