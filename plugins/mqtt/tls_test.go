package mqtt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// certificate writes a certificate for the loopback address that signs itself, and
// its key, valid from the harness's day on.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"},
		NotBefore: plugintest.Epoch.Add(-time.Hour), NotAfter: plugintest.Epoch.AddDate(100, 0, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:        true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
}

func TestWithTLSTheBrokersCertificateIsCheckedByTheBoardsOwnClock(t *testing.T) {
	cert, key := certificate(t)
	b := startBroker(t, "cafile "+cert, "certfile "+cert, "keyfile "+key, "require_certificate true")
	for _, c := range []struct {
		options string
		step    time.Duration // of the board's clock
		want    string        // empty: it connects
	}{
		{"", 0, "certificate signed by unknown authority"},
		{"ca: " + cert + ", cert: " + cert + ", key: " + key, -48 * time.Hour, "is before"},
		{"ca: " + cert + ", cert: " + cert + ", key: " + key, 0, ""},
		{"ca: " + key, 0, "contains no certificate in PEM"},
		{"ca: /nowhere.pem", 0, "no such file"},
	} {
		h := newBoard(t)
		h.System.Step = c.step
		h.Run(func(task *plugins.Task) error {
			home := h.Start(task, "home", "{plugin: mqtt, broker: 'mqtts://"+b.Address+"', "+c.options+"}")
			if c.want == "" {
				home.Health.Degraded("not connected yet")
				until(task, home, "ok")
				return home.Stop(task)
			}
			until(task, home, "degraded")
			if !strings.Contains(home.Health.Why, c.want) {
				t.Errorf("with %q: %s", c.options, home.Health.Why)
			}
			return home.Stop(task)
		})
	}
}
