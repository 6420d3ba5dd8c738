package ntp

import (
	"io/fs"
	"strings"
)

// The time daemons that set a Linux system's clock: as services of systemd, and as
// the kernel calls their processes, in 15 letters.
var (
	rivalServices = []string{
		"systemd-timesyncd", "chrony", "chronyd", "ntp", "ntpd", "ntpsec", "openntpd", "phc2sys",
	}
	rivalProcesses = map[string]string{
		"systemd-timesyn": "systemd-timesyncd",
		"chronyd":         "chrony",
		"ntpd":            "ntpd",
		"phc2sys":         "phc2sys",
	}
)

// rivalIn returns the time daemon that runs on the system with that file tree;
// empty: none does.
//
// The control groups of systemd are asked first, since a hardened unit sees
// nobody else's processes. The kernel's flag is no evidence: it says for hours
// that its clock is kept after the daemon that did was killed, be it this one.
func rivalIn(root fs.FS) string {
	for _, name := range rivalServices {
		if _, err := fs.Stat(root, "sys/fs/cgroup/system.slice/"+name+".service"); err == nil {
			return name
		}
	}
	processes, _ := fs.Glob(root, "proc/[0-9]*/comm") // the pattern is well formed
	for _, path := range processes {
		comm, _ := fs.ReadFile(root, path) // a process that has ended is none
		if name, ok := rivalProcesses[strings.TrimSpace(string(comm))]; ok {
			return name
		}
	}
	return ""
}
