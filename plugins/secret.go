package plugins

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"ptvd/internal/limited"
)

// Secret is a configured value that only its plugin can read. It comes from a
// systemd credential, a file or the environment, or is written in a configuration
// file that only its owner can read:
//
//	key: {credential: ptv-key}
//	key: {file: /etc/ptvd/ptv-key}
//	key: {env: PTV_KEY}
//
// Printed in any way, it is [secret].
type Secret struct {
	Credential, File, Env string
	literal               string
}

// LiteralSecret returns a secret that was written out.
func LiteralSecret(value string) Secret { return Secret{literal: value} }

// Given reports whether the secret is configured.
func (s Secret) Given() bool { return s != Secret{} }

// IsLiteral reports whether the secret itself is written in the configuration.
func (s Secret) IsLiteral() bool { return s.literal != "" }

const (
	maxSecret = 4 << 10
	credstore = "/etc/credstore" // of systemd; only root can read it
)

// Reveal reads the secret, without surrounding white space. It may touch the
// disk: call it through [Await].
func (s Secret) Reveal() (string, error) {
	switch {
	case s.literal != "":
		return s.literal, nil
	case s.Env != "":
		return single(os.Getenv(s.Env), "environment variable "+s.Env)
	case s.Credential != "":
		// Systemd tells the service alone where its credentials are.
		value, err := readSecret(filepath.Join(cmp.Or(os.Getenv("CREDENTIALS_DIRECTORY"), credstore), s.Credential))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("credential %s: %w; write it to %s/%s and restart the service, whose unit must have LoadCredential=%s", s.Credential, fs.ErrNotExist, credstore, s.Credential, s.Credential)
		case errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("credential %s: %w; a command needs sudo, or {file: …} or {env: …}; a service needs LoadCredential=%s in its unit", s.Credential, err, s.Credential)
		}
		return value, err
	case s.File != "":
		return readSecret(s.File)
	}
	return "", errors.New("secret not configured")
}

func readSecret(path string) (string, error) {
	data, err := limited.ReadFile(path, maxSecret)
	if err != nil {
		return "", err
	}
	return single(string(data), path)
}

// single returns the secret in a text that must hold nothing else.
func single(text, where string) (string, error) {
	value := strings.TrimSpace(text)
	notPrintable := func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }
	switch {
	case value == "":
		return "", fmt.Errorf("%s is empty; it must hold the secret", where)
	case len(text) > maxSecret || strings.ContainsFunc(value, notPrintable):
		return "", fmt.Errorf("%s is not one printable line of at most %d bytes; it must hold the secret and nothing else", where, maxSecret)
	}
	return value, nil
}

const hidden = "[secret]"

func (s Secret) String() string               { return hidden }
func (s Secret) GoString() string             { return hidden }
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(hidden) }
