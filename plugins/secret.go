package plugins

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Secret is a configured value that nobody but its plugin sees. It comes from a
// systemd credential, a file or the environment, or stands in a configuration
// that only its owner can read:
//
//	key: {credential: ptv-key}
//	key: {file: /etc/ptvd/ptv-key}
//	key: {env: PTV_KEY}
//
// However it is printed, it prints as [secret].
type Secret struct {
	Credential, File, Env string
	literal               string
}

// LiteralSecret returns a secret that was written out.
func LiteralSecret(value string) Secret { return Secret{literal: value} }

// Given tells whether the secret was configured at all.
func (s Secret) Given() bool { return s != Secret{} }

// IsLiteral tells whether the secret itself stood in the configuration.
func (s Secret) IsLiteral() bool { return s.literal != "" }

const maxSecret = 4 << 10

// Reveal reads the secret, without surrounding white space. It may touch the
// disk: call it through [Await].
func (s Secret) Reveal() (string, error) {
	switch {
	case s.literal != "":
		return s.literal, nil
	case s.Env != "":
		return alone(os.Getenv(s.Env), "the environment variable "+s.Env)
	case s.Credential != "":
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", fmt.Errorf("the credential %s needs systemd: add LoadCredential=%s to the unit, or write {file: …} or {env: …}", s.Credential, s.Credential)
		}
		return readSecret(filepath.Join(dir, s.Credential))
	case s.File != "":
		return readSecret(s.File)
	}
	return "", errors.New("no secret is configured")
}

func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	return alone(string(data), path)
}

// alone returns the secret in a text that should hold nothing else.
func alone(text, where string) (string, error) {
	value := strings.TrimSpace(text)
	switch {
	case value == "":
		return "", fmt.Errorf("%s is empty: it should hold the secret", where)
	case len(text) > maxSecret || strings.ContainsFunc(value, notPrintable):
		return "", fmt.Errorf("%s holds more than a secret: it should be one line of at most %d bytes", where, maxSecret)
	}
	return value, nil
}

func notPrintable(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }

const hidden = "[secret]"

func (s Secret) String() string               { return hidden }
func (s Secret) GoString() string             { return hidden }
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
