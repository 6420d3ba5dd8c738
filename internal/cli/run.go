package cli

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/daemon"
	"ptvd/internal/logs"
)

// runFlags are the flags of the commands that run a daemon.
type runFlags struct {
	lasts  time.Duration
	report string
	debug  bool
}

func (f *runFlags) add(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&f.lasts, "for", 0, "end after this `TIME`, such as 20s (default: run until stopped)")
	cmd.Flags().StringVar(&f.report, "report", "", "write a report in JSON to `FILE` at the end")
	cmd.Flags().BoolVar(&f.debug, "debug", false, "log more")
	_ = cmd.MarkFlagFilename("report", "json")
}

func (f *runFlags) level() slog.Level {
	if f.debug {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

func runCommand() *cobra.Command {
	var path string
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon",
		Long: `Run the daemon in the foreground, until SIGTERM or SIGINT.

SIGUSR1 logs a snapshot of every task and instance.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := load(path)
			if err != nil {
				return err
			}
			out := logs.NewWriter(os.Stderr)
			defer out.Close()
			log := logs.New(out, os.Stderr, flags.level())
			return flags.run(cmd.Context(), daemon.Options{File: file, Log: log})
		},
	}
	configFlag(cmd, &path)
	flags.add(cmd)
	return cmd
}

// run runs a daemon until a signal or the end of its time, and writes the report.
// A second signal ends the process at once.
func (f *runFlags) run(ctx context.Context, options daemon.Options) error {
	options.Lasts = f.lasts
	d := daemon.New(options)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	context.AfterFunc(ctx, stop)
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, syscall.SIGUSR1)
	go func() {
		for range usr1 {
			d.LogSnapshot()
		}
	}()
	err := d.Run(ctx)
	signal.Stop(usr1)
	close(usr1)
	if f.report != "" {
		if writeErr := d.Report().Write(f.report); writeErr != nil {
			options.Log.Error("the report was not written", "error", writeErr)
		}
	}
	return err
}
