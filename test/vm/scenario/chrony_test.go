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

// startChrony starts a time server as people run it, but for its receiver, which the
// test plays: it hears the right time ten times a second, and so it knows it whatever
// becomes of the guest's clock. That clock it does not touch (-x).
func startChrony(g *guest, right func() time.Time) {
	dir := g.TempDir()
	socket, conf := filepath.Join(dir, "receiver"), filepath.Join(dir, "chrony.conf")
	if err := os.WriteFile(conf, []byte("refclock SOCK "+socket+" refid GPS poll -2 filter 1\n"+
		"allow 127.0.0.1\ncmdport 0\nbindcmdaddress /\nuser root\npidfile "+filepath.Join(dir, "pid")+"\n"), 0o600); err != nil {
		g.Fatal(err)
	}
	var said bytes.Buffer
	chrony := exec.Command("/usr/sbin/chronyd", "-x", "-d", "-f", conf)
	chrony.Stdout, chrony.Stderr = &said, &said
	if err := chrony.Start(); err != nil {
		g.Fatal(err)
	}
	done := make(chan struct{})
	go playReceiver(socket, right, done)
	g.Cleanup(func() {
		close(done)
		_ = chrony.Process.Kill()
		_ = chrony.Wait()
		if g.Failed() {
			g.Logf("chronyd said:\n%s", said.String())
		}
	})
	g.eventually("chronyd knows the time", 20*time.Second, func() bool {
		r, err := ntp.Query("127.0.0.1")
		return err == nil && r.Validate() == nil
	})
}

// playReceiver is a receiver that chronyd reads by its SOCK driver; sock.h of gpsd and
// refclock_sock.c of chrony say what it wants to hear.
func playReceiver(socket string, right func() time.Time, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-time.After(100 * time.Millisecond):
		}
		conn, err := net.Dial("unixgram", socket)
		if err != nil {
			continue // chronyd is not that far yet
		}
		now := time.Now().Round(0)
		_ = binary.Write(conn, binary.NativeEndian, struct {
			Seconds, Microseconds int64
			Offset                float64
			Pulse, Leap, _, Magic int32
		}{
			Seconds: now.Unix(), Microseconds: int64(now.Nanosecond() / 1000),
			Offset: right().Sub(now).Seconds(), Magic: 0x534f434b,
		})
		conn.Close()
	}
}
