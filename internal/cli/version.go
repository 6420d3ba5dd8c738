package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

// Version and Added, the plugins that WITH= has built in, are set by the linker; see the
// Makefile.
var (
	Version = "development"
	Added   string
)

func printVersion(out io.Writer) error {
	_, err := fmt.Fprintf(out, "ptvd %s (%s, %s/%s)\n", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return errors.Join(err, printAdded(out))
}

// printAdded prints which plugins are not ptvd's own.
func printAdded(out io.Writer) error {
	if Added == "" {
		return nil
	}
	_, err := fmt.Fprintln(out, "with", Added)
	return err
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		RunE:  func(cmd *cobra.Command, _ []string) error { return printVersion(cmd.OutOrStdout()) },
	}
}
