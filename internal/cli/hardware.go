package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ptvd/internal/config"
	"ptvd/internal/hwcheck"
	"ptvd/internal/logs"
)

// hardwareFlags are what "ptvd check" is told about hardware.
type hardwareFlags struct {
	wanted bool
	lasts  time.Duration
}

func (f *hardwareFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.wanted, "hardware", false, "try the hardware that it names")
	cmd.Flags().DurationVar(&f.lasts, "for", 0, "with --hardware: end after this `TIME`, such as 20s (default: Ctrl-C)")
}

func (f *hardwareFlags) validate(cmd *cobra.Command, format string) error {
	timed := cmd.Flags().Changed("for")
	switch {
	case timed && !f.wanted:
		return usageError{errors.New("--for goes with --hardware")}
	case timed && f.lasts <= 0:
		return usageError{fmt.Errorf("--for is a time above zero, such as 20s, not %v", f.lasts)}
	case f.wanted && format == "json":
		return usageError{errors.New("--hardware is for people to watch: it has no --format json")}
	}
	return nil
}

// run tries the hardware until a signal or the end of its time. A terminal that is
// closed is such a signal: else the lamp would go up and down for ever. A second one
// ends the process at once.
func (f *hardwareFlags) run(cmd *cobra.Command, path string, file *config.File) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	log := logs.New(os.Stderr, os.Stderr, slog.LevelInfo)
	defer log.Close()
	return hwcheck.Run(ctx, hwcheck.Options{
		File: file, Title: path, Out: cmd.OutOrStdout(), Width: columns(os.Stdout), Log: log.Logger, Duration: f.lasts,
	})
}

// columns returns how wide a terminal is, 0 for what is none.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
