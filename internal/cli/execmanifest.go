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
			c.WaitDelay = time.Second // for its output, which a process that it has started may hold open
			manifest, err := c.Output()
			if ctx.Err() != nil {
				return fmt.Errorf("%s --manifest: it has not ended within 10s; it must print its manifest and exit", program)
			} else if errors.Is(err, fs.ErrPermission) {
				return fmt.Errorf("%s --manifest: %w; make the program executable with chmod +x", program, err)
			} else if err != nil && !errors.Is(err, osexec.ErrWaitDelay) {
				return fmt.Errorf("%s --manifest: %w", program, err)
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
