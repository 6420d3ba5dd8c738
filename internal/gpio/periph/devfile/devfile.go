// Package devfile explains errors of device files and sysfs files: which group, which
// udev rule or which setting of the service's unit gives access.
package devfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// Explain adds to an error of a device file or sysfs file what to do about it.
func Explain(path string, err error) error {
	switch {
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w: the unit of the service needs ReadWritePaths=-/sys/devices/platform", err)
	case errors.Is(err, unix.EPERM): // regardless of the mode of the file
		return fmt.Errorf("%w: the unit of the service needs a DeviceAllow= for it", err)
	case errors.Is(err, fs.ErrPermission) && OnlyRoot(path):
		return fmt.Errorf("%w: only root may use it; a udev rule can give it to a group", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: the user must be in %s", err, groupOf(path))
	}
	return err
}

// OnlyRoot reports whether no group may write to a file.
func OnlyRoot(path string) bool { return groupOf(path) == "" }

// overflowGID stands for a group that the unit's PrivateUsers= hides
// (/proc/sys/kernel/overflowgid).
const overflowGID = 65534

// groupOf names the group that may write to a file; empty if none may.
func groupOf(path string) string {
	var stat unix.Stat_t
	if unix.Stat(path, &stat) != nil || stat.Mode&unix.S_IWGRP == 0 || stat.Gid == 0 {
		return ""
	}
	if stat.Gid == overflowGID {
		return "the group that owns it: the unit needs SupplementaryGroups= for that"
	}
	gid := strconv.FormatUint(uint64(stat.Gid), 10)
	if group, err := user.LookupGroupId(gid); err == nil {
		return "group " + group.Name
	}
	return "group " + gid
}
