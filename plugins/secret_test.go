package plugins_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"ptvd/plugins"
)

func write(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASecretIsReadFromEachSource(t *testing.T) {
	path := write(t, []byte("swordfish\n"))
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(path))
	t.Setenv("A_SECRET", " swordfish ")
	for name, secret := range map[string]plugins.Secret{
		"file":        {File: path},
		"credential":  {Credential: "secret"},
		"environment": {Env: "A_SECRET"},
		"literal":     plugins.LiteralSecret("swordfish"),
	} {
		if got, err := secret.Reveal(); got != "swordfish" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestTheErrorOfAMissingSecretSaysWhatToDo(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	lines := write(t, []byte("a\nb"))
	for want, secret := range map[string]plugins.Secret{
		"it must hold the secret": {Env: "NOT_SET"},
		lines + " is not one":     {Credential: "../.." + lines}, // ../.. leads from the store, /etc/credstore, to /
		"no such file":            {File: "/nowhere/at/all"},
		"one printable line":      {File: lines},
		"secret not configured":   {},
	} {
		if _, err := secret.Reveal(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got: %v", want, err)
		}
	}
}

func TestACredentialThatCannotBeReadIsSaidToNeedSudoOrAUnitThatLoadsIt(t *testing.T) {
	path := write(t, []byte("swordfish"))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // who may read everything
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setfsuid(0)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(path))
	_, err := plugins.Secret{Credential: "secret"}.Reveal()
	if err == nil || !strings.HasSuffix(err.Error(), "permission denied; a command needs sudo, or {file: …} or {env: …}; a service needs LoadCredential=secret in its unit") {
		t.Errorf("got %v", err)
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	secret := plugins.LiteralSecret("swordfish")
	asJSON, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "in", struct{ S plugins.Secret }{secret})
	all := string(asJSON) + log.String() +
		fmt.Sprintf("%v %+v %#v %s %q", secret, secret, secret, secret, secret) +
		fmt.Sprintf("%v %+v %#v", struct{ S plugins.Secret }{secret}, &secret, []plugins.Secret{secret})
	if strings.Contains(all, "swordfish") {
		t.Errorf("it is: %s", all)
	}
}

func FuzzSecretFile(f *testing.F) {
	for _, seed := range []string{"", "key\n", " key ", "two\nlines", "\x00", "\xff\xfe", strings.Repeat("x", 5000)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, err := plugins.Secret{File: write(t, data)}.Reveal()
		if err != nil {
			return
		}
		if value == "" || len(value) > 4096 || !strings.Contains(string(data), value) ||
			strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q gave the secret %q", data, value)
		}
	})
}

func TestAMissingCredentialIsNamedWithTheFileToWrite(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", t.TempDir())
	_, err := plugins.Secret{Credential: "ptv-key"}.Reveal()
	if err == nil || !strings.Contains(err.Error(), "write it to /etc/credstore/ptv-key") || !strings.Contains(err.Error(), "LoadCredential=ptv-key") {
		t.Errorf("got %v", err)
	}
}
