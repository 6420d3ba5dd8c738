package sim_test

import (
	"errors"
	"os"
	"testing"
)

func TestASerialPortCarriesBytesBothWays(t *testing.T) {
	board := idle()
	port, err := board.OpenUART("/dev/ttyAMA0", 9600)
	if err != nil {
		t.Fatal(err)
	}
	board.SendUART([]byte("ping"))
	got := make([]byte, 8)
	if n, err := port.Read(got); err != nil || string(got[:n]) != "ping" {
		t.Errorf("the board received %q (%v)", got[:n], err)
	}
	if _, err := port.Write([]byte("pong")); err != nil {
		t.Error(err)
	}
	if sent, again := board.TakeUART(), board.TakeUART(); string(sent) != "pong" || len(again) > 0 {
		t.Errorf("the board sent %q, then %q", sent, again)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	if _, err := port.Read(got); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed port reads with the error %v", err)
	}
}
