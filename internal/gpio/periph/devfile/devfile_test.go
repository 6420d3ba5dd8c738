package devfile

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnErrorSaysHowToGetAccess(t *testing.T) {
	gid := os.Getgid()
	if gid == 0 {
		gid = 64000 // of no group in use, which only root can set
	}
	ours := writable(t, gid)
	group := strconv.Itoa(gid)
	if g, err := user.LookupGroupId(group); err == nil {
		group = g.Name
	}
	for _, c := range []struct {
		title, path, want string
		err               error
	}{
		{"a group has it", ours, "must be in group " + group, unix.EACCES},
		{"no group has it", "/nowhere", "only root may use it", unix.EACCES},
		{"the unit forbids the device", ours, "DeviceAllow=", unix.EPERM},
		{"the unit forbids writing", ours, "ReadWritePaths=", unix.EROFS},
	} {
		t.Run(c.title, func(t *testing.T) {
			err := Explain(c.path, &os.PathError{Op: "open", Path: c.path, Err: c.err})
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
		})
	}
}

func TestAHiddenGroupNeedsSupplementaryGroups(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to that group")
	}
	path := writable(t, overflowGID)
	err := Explain(path, &os.PathError{Op: "open", Path: path, Err: unix.EACCES})
	if !strings.Contains(err.Error(), "SupplementaryGroups=") || strings.Contains(err.Error(), "nogroup") {
		t.Error(err)
	}
}

// writable returns a file that a group may write to.
func writable(t *testing.T, gid int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spidev0.0")
	for _, err := range []error{os.WriteFile(path, nil, 0o600), os.Chown(path, -1, gid), os.Chmod(path, 0o660)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}
