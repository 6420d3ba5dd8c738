//go:build vm

package scenario

import (
	"bytes"
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/beevik/ntp"
)

// startChrony starts an ordinary NTP server with a simulated GPS receiver, which sends
// the correct time ten times a second. So the server knows the time whatever the
// guest's clock says, and does not set that clock (-x).
func startChrony(g *guest, now func() time.Time) {
	dir := g.TempDir()
	socket, conf := filepath.Join(dir, "receiver"), filepath.Join(dir, "chrony.conf")
	if err := os.WriteFile(conf, []byte("refclock SOCK "+socket+" refid GPS poll -2 filter 1\n"+
		"allow 127.0.0.1\ncmdport 0\nbindcmdaddress /\nuser root\npidfile "+filepath.Join(dir, "pid")+"\n"), 0o600); err != nil {
		g.Fatal(err)
	}
	var output bytes.Buffer
	chrony := exec.Command("/usr/sbin/chronyd", "-x", "-d", "-f", conf)
	chrony.Stdout, chrony.Stderr = &output, &output
	if err := chrony.Start(); err != nil {
		g.Fatal(err)
	}
	done := make(chan struct{})
	go simulateReceiver(socket, now, done)
	g.Cleanup(func() {
		close(done)
		_ = chrony.Process.Kill()
		_ = chrony.Wait()
		if g.Failed() {
			g.Logf("output of chronyd:\n%s", output.String())
		}
	})
	g.eventually("chronyd is synchronized", 20*time.Second, func() bool {
		r, err := ntp.Query("127.0.0.1")
		return err == nil && r.Validate() == nil
	})
}

// simulateReceiver sends samples to chronyd's SOCK driver, in the format of
// refclock_sock.c of chrony.
func simulateReceiver(socket string, trueTime func() time.Time, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(100 * time.Millisecond):
		}
		conn, err := net.Dial("unixgram", socket)
		if err != nil {
			continue // chronyd has not created it yet
		}
		now := time.Now().Round(0)
		_ = binary.Write(conn, binary.NativeEndian, struct {
			Seconds, Microseconds int64
			Offset                float64
			Pulse, Leap, _, Magic int32
		}{
			Seconds: now.Unix(), Microseconds: int64(now.Nanosecond() / 1000),
			Offset: trueTime().Sub(now).Seconds(), Magic: 0x534f434b,
		})
		conn.Close()
	}
}
