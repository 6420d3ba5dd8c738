package daemon_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// noBattery is the system's clock of a board that has just booted.
type noBattery struct{ booted time.Time }

func (c noBattery) Now() time.Time   { return time.Unix(0, 0).Add(time.Since(c.booted)) }
func (noBattery) Synchronized() bool { return false }

// trueTime differs from the clock of the machine that runs the test, so that this one does
// not judge the certificate.
func trueTime() time.Time { return time.Now().AddDate(5, 0, 0) }

// The system's clock stays in 1970, as of a service that may not set it. Certificates are
// then judged by the time that the daemon has from NTP.
func TestABoardIn1970FetchesOverTLS(t *testing.T) {
	const variable = "PTVD_TEST_CERTIFICATE"
	if path := os.Getenv(variable); path != "" {
		fetchIn1970(t, path)
		return
	}
	// In a process of its own, since the system's certificates are read once.
	path := filepath.Join(t.TempDir(), "certificate.pem")
	writeCertificate(t, path)
	cmd := exec.Command(os.Args[0], "-test.run=^TestABoardIn1970FetchesOverTLS$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+path, "SSL_CERT_FILE="+path, "SSL_CERT_DIR=/nowhere", "NO_PROXY=127.0.0.1")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// writeCertificate writes a certificate of 127.0.0.1 that is valid at the true time, and its key.
func writeCertificate(t *testing.T, path string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: trueTime().Add(-time.Hour), NotAfter: trueTime().Add(time.Hour),
	}
	certificate, err1 := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	private, err2 := x509.MarshalPKCS8PrivateKey(key)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := errors.Join(err1, err2, os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
}

func fetchIn1970(t *testing.T, path string) {
	pair, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, fetched := context.WithCancel(t.Context())
	ptv := fakeserver.NewPTV(trueTime)
	https := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ptv.ServeHTTP(w, r)
		fetched()
	}))
	https.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	https.StartTLS()
	defer https.Close()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ntp := fakeserver.NewNTP(trueTime)
	go ntp.Serve(socket) // until it is closed
	defer socket.Close()

	file, err := config.Parse("test.yaml", []byte(`
timezone: Australia/Melbourne
plugins:
  clock: {plugin: ntp, servers: ['`+socket.LocalAddr().String()+`']}
  trains:
    {plugin: ptv, stop: 1099, base_url: '`+https.URL+`', id: '`+fakeserver.DemoID+`', key: '`+fakeserver.DemoKey+`'}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	file.StateDir = t.TempDir()
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), System: noBattery{time.Now()},
		Board: func(loop *scheduler.Loop) (gpio.Backend, error) { return sim.New(loop), nil },
		Lasts: time.Minute, // unless it has fetched before
	})
	if err := d.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if ptv.Requests() == 0 {
		t.Error("nothing was fetched")
	}
}
