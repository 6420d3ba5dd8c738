package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"

	"ptvd/internal/config"
	"ptvd/plugins"
)

// serviceUser is the user that the unit runs as.
const serviceUser = "ptvd"

// service is what is installed on a machine: the unit, and the credentials for it.
type service struct {
	root string // of the file system; empty: the machine's own
	unit []byte // with its drop-ins; nil: it is not installed
}

func findService(root string) service {
	s := service{root: root}
	for _, pattern := range []string{
		"/usr/lib/systemd/system/ptvd.service", "/etc/systemd/system/ptvd.service",
		"/etc/systemd/system/ptvd.service.d/*.conf", "/run/systemd/system/ptvd.service.d/*.conf",
	} {
		paths, _ := filepath.Glob(root + pattern)
		for _, path := range paths {
			text, _ := os.ReadFile(path)
			s.unit = append(append(s.unit, text...), '\n')
		}
	}
	return s
}

// warn adds warnings to a file for what the service cannot read: secrets that do not
// exist and, if root checks it, the file itself.
func (s service) warn(path string, file *config.File) {
	if s.unit == nil {
		return
	}
	for option, secret := range file.Secrets() {
		if problem := s.missing(secret); problem != "" {
			file.Warn(option, problem)
		}
	}
	if os.Geteuid() != 0 {
		return
	}
	info, err := os.Stat(path)
	if account, lookupErr := user.Lookup(serviceUser); err == nil && lookupErr == nil {
		groups, _ := account.GroupIds()
		if !canRead(info, account.Uid, groups) {
			file.Warn("", "the service cannot read this file, since it runs as the user "+serviceUser+"; run chgrp "+serviceUser+" and chmod 640 on it")
		}
	}
}

// missing returns what to do about a secret that does not exist; empty: it exists, or
// this user may not know.
func (s service) missing(secret plugins.Secret) string {
	name := secret.Credential
	switch {
	case secret.File != "":
		if _, err := os.Stat(s.root + secret.File); errors.Is(err, fs.ErrNotExist) {
			return "no such file: write the secret to " + secret.File + ", which the user " + serviceUser + " must be able to read"
		}
		return ""
	case name == "":
		return ""
	}
	loaded := regexp.MustCompile(`(?m)^(?:Load|Set)Credential(?:Encrypted)?=` + regexp.QuoteMeta(name) + `(:.*)?$`).FindSubmatch(s.unit)
	switch {
	case loaded == nil:
		return "the unit does not load the credential " + name + "; run systemctl edit ptvd, and add LoadCredential=" + name + " below [Service]"
	case len(loaded[1]) > 0:
		return "" // from a place that the unit names
	}
	for _, store := range []string{"/etc/credstore", "/run/credstore", "/usr/lib/credstore"} {
		for _, form := range []string{"", ".encrypted"} {
			if _, err := os.Stat(filepath.Join(s.root+store+form, name)); !errors.Is(err, fs.ErrNotExist) {
				return ""
			}
		}
	}
	return "the credential " + name + " does not exist; write it to /etc/credstore/" + name + ", which only root needs to read, and restart the service"
}

// canRead reports whether the mode of a file permits a user to read it.
func canRead(info fs.FileInfo, uid string, groups []string) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return true
	case strconv.Itoa(int(stat.Uid)) == uid:
		return info.Mode()&0o400 != 0
	case slices.Contains(groups, strconv.Itoa(int(stat.Gid))):
		return info.Mode()&0o040 != 0
	}
	return info.Mode()&0o004 != 0
}
