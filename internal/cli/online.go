package cli

import (
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/textfmt"
)

// checkOnline asks every source of a configuration once and prints what it would show.
func checkOnline(cmd *cobra.Command, path string, file *config.File) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	asked, failed := 0, 0
	err := daemon.CheckOnline(ctx, file, func(instance, text string, err error) {
		asked++
		if err != nil {
			failed++
			text = "FAILED: " + err.Error()
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", instance, strings.ReplaceAll(text, "\n", "\n  "))
	})
	switch {
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%d of %s failed", failed, textfmt.Count(asked, "source"))
	case asked == 0:
		return errors.New(path + ": no instance gets something from elsewhere")
	}
	return nil
}
