package periph

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnErrorOfAFileSaysWhatToDoAboutIt(t *testing.T) {
	gid := os.Getgid()
	if gid == 0 {
		gid = 64000 // nobody's, which only root can give
	}
	ours := filepath.Join(t.TempDir(), "spidev0.0")
	if err := os.WriteFile(ours, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(ours, -1, gid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(ours, 0o660); err != nil {
		t.Fatal(err)
	}
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
			err := advise(c.path, &os.PathError{Op: "open", Path: c.path, Err: c.err})
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want …%s…", err, c.want)
			}
		})
	}
}
