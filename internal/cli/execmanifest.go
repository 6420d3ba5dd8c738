package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	osexec "os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"ptvd/plugins/exec"
)

func execManifestCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "exec-manifest PROGRAM",
		Short: "Write the manifest of a program for the plugin exec",
		Long: `Run a program with the argument --manifest, check the manifest that it prints, and
write it to the file PROGRAM.json. The program runs with the rights of the caller.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), 10*time.Second)
			defer cancel()
			program, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			c := osexec.CommandContext(ctx, program, "--manifest")
			c.Stderr = cmd.ErrOrStderr()
			output, stdout, err := os.Pipe()
			if err != nil {
				return err
			}
			defer output.Close()
			defer stdout.Close()
			c.Stdout = stdout
			if err = c.Run(); ctx.Err() != nil {
				return fmt.Errorf("%s --manifest: it has not ended within 10s; it must print its manifest, of 64 KiB at most, and exit", program)
			} else if err != nil {
				return fmt.Errorf("%s --manifest: %w%s", program, err, adviceFor(program, err))
			}
			manifest, err := written(output)
			if err != nil {
				return err
			}
			if _, err := exec.ParseManifest(manifest); err != nil {
				return fmt.Errorf("%s: %w", program, err)
			}
			if err := os.WriteFile(program+exec.ManifestSuffix, manifest, 0o644); err != nil { //nolint:gosec // the service's user reads it
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), program+exec.ManifestSuffix)
			return nil
		},
	}
}

// adviceFor says, as the end of a message, what to do about a program that did not start.
func adviceFor(program string, err error) string {
	switch _, missing := os.Stat(program); {
	case errors.Is(err, fs.ErrPermission):
		return "; make the program executable with chmod +x"
	case missing == nil && (errors.Is(err, unix.ENOEXEC) || errors.Is(err, fs.ErrNotExist)):
		return "; its first line must be #! and the path of its interpreter, such as #!/usr/bin/python3, without a carriage return"
	}
	return ""
}

// written returns what is in a pipe. It does not wait for the end, since a process that
// the program has started may hold the pipe open.
func written(pipe *os.File) ([]byte, error) {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return nil, err
	}
	data, n := make([]byte, 64<<10), 0 // a pipe holds no more, see pipe(7)
	err = conn.Read(func(fd uintptr) bool {
		n, _ = unix.Read(int(fd), data) // the error is EAGAIN, where there is nothing
		return true
	})
	return data[:max(0, n)], err
}
