// Package mosquitto runs Debian's MQTT broker for tests: a process of its own on the
// loopback interface.
package mosquitto

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Broker is a broker that ends with its test.
type Broker struct {
	Address string // host:port

	t       testing.TB
	file    string
	process *exec.Cmd
}

// Start starts a broker, which keeps the user of the test, with lines of its configuration
// beside the address. A test on a machine without mosquitto is skipped.
func Start(t testing.TB, configuration ...string) *Broker {
	t.Helper()
	b := &Broker{t: t, Address: FreeAddress(t), file: filepath.Join(t.TempDir(), "mosquitto.conf")}
	_, port, _ := net.SplitHostPort(b.Address)
	lines := append([]string{
		"listener " + port + " 127.0.0.1", "allow_anonymous true", "user root",
		"log_type error", "log_type warning", "log_type information",
	}, configuration...)
	if err := os.WriteFile(b.file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Start()
	return b
}

// FreeAddress returns an address that nobody listens on.
func FreeAddress(t testing.TB) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// Start starts the process, again after Kill, and waits until it says that it is running.
func (b *Broker) Start() {
	b.t.Helper()
	mosquitto, err := exec.LookPath("mosquitto")
	if err != nil {
		mosquitto = "/usr/sbin/mosquitto" // where Debian has it, outside the PATH of a user
	}
	if _, err := os.Stat(mosquitto); err != nil {
		b.t.Skip("mosquitto is not installed")
	}
	b.process = exec.Command(mosquitto, "-c", b.file)
	log, err := b.process.StderrPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.process.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(b.Kill)
	said := bufio.NewScanner(log)
	for said.Scan() {
		if strings.Contains(said.Text(), "running") {
			go func() {
				for said.Scan() {
				}
			}()
			return
		}
		b.t.Log(said.Text())
	}
	b.t.Fatal("mosquitto did not start")
}

// PID returns the id of the process.
func (b *Broker) PID() int { return b.process.Process.Pid }

// Kill ends the process at once.
func (b *Broker) Kill() {
	_ = b.process.Process.Kill()
	_ = b.process.Wait()
}
