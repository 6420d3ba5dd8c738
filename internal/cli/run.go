package cli

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
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

SIGHUP reads the configuration again: a file with a fault changes nothing, and
instances that did not change do not notice. SIGUSR1 logs a snapshot of every
task and instance.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := load(path)
			if err != nil {
				return err
			}
			log := logs.New(os.Stderr, os.Stderr, flags.level())
			defer log.Close()
			return flags.run(cmd.Context(), daemon.Options{
				File: file, Log: log.Logger, Reload: func() (*config.File, error) { return load(path) },
			})
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
	defer onSignal(syscall.SIGUSR1, d.LogSnapshot)()
	defer onSignal(syscall.SIGHUP, d.Reload)()
	err := d.Run(ctx)
	if f.report != "" {
		if writeErr := d.Report().Write(f.report); writeErr != nil {
			options.Log.Error("the report was not written", "error", writeErr)
		}
	}
	return err
}

// onSignal calls a function at every signal, until it is told to stop.
func onSignal(s os.Signal, do func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, s)
	go func() {
		for range signals {
			do()
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}
