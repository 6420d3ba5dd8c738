package cli

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ptvd/internal/config"
	_ "ptvd/plugins/all"
)

const withSecrets = `board: sim
http: {listen: 127.0.0.1:8337, token: {credential: ptvd-http}}
plugins:
  trains: {plugin: ptv, stop: 1099, id: {credential: ptv-id}, key: {file: /etc/ptvd/key}}
  more: {plugin: ptv, stop: 1099, id: {credential: my-id}, key: {env: KEY}}
`

// install writes files below a root.
func install(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestCheckNamesSecretsThatTheServiceDoesNotFind(t *testing.T) {
	const unit = "[Service]\nLoadCredential=ptv-id\nLoadCredential=ptvd-http\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no service": {nil, nil},
		"nothing but the unit": {map[string]string{"usr/lib/systemd/system/ptvd.service": unit}, []string{
			"2:39: warning: http.token: the credential ptvd-http does not exist; write it to /etc/credstore/ptvd-http",
			"4:41: warning: plugins.trains.id: the credential ptv-id does not exist; write it to /etc/credstore/ptv-id",
			"4:68: warning: plugins.trains.key: no such file: write the secret to /etc/ptvd/key",
			"5:39: warning: plugins.more.id: the unit does not load the credential my-id; run systemctl edit ptvd, and add LoadCredential=my-id",
		}},
		"all": {map[string]string{
			"usr/lib/systemd/system/ptvd.service":             unit,
			"etc/systemd/system/ptvd.service.d/override.conf": "[Service]\nLoadCredential=my-id:/root/my-id\n",
			"etc/credstore/ptv-id":                            "7",
			"etc/credstore.encrypted/ptvd-http":               "x",
			"etc/ptvd/key":                                    "x",
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			file, err := config.Parse("f", []byte(withSecrets), 0o600)
			if err != nil {
				t.Fatal(err)
			}
			findService(install(t, c.files)).warn("/nowhere", file)
			if len(file.Warnings) != len(c.want) {
				t.Fatalf("got %d warnings, want %d:\n%v", len(file.Warnings), len(c.want), file.Warnings)
			}
			for i, want := range c.want {
				if got := file.Warnings[i].String(); !strings.HasPrefix(got, "f:"+want) {
					t.Errorf("got  %s\nwant f:%s", got, want)
				}
			}
		})
	}
}

func TestCanReadFollowsTheModeOfAFile(t *testing.T) {
	uid, gid := strconv.Itoa(os.Getuid()), strconv.Itoa(os.Getgid())
	for _, c := range []struct {
		mode   os.FileMode
		uid    string
		groups []string
		want   bool
	}{
		{0o600, uid, nil, true},
		{0o600, "4711", []string{gid}, false},
		{0o640, "4711", []string{gid}, true},
		{0o640, "4711", []string{"4712"}, false},
		{0o604, "4711", []string{"4712"}, true},
		{0o044, uid, []string{gid}, false},
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := canRead(info, c.uid, c.groups); got != c.want {
			t.Errorf("mode %o, user %s of %v: got %v", c.mode, c.uid, c.groups, got)
		}
	}
}
