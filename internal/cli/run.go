package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
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
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("for") && f.lasts <= 0 {
			return usageError{fmt.Errorf("--for is a time above zero, such as 20s, not %v", f.lasts)}
		}
		return nil
	}
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
			caught := catchSignals(cmd.Context())
			defer caught.release()
			file, err := load(path)
			if err != nil {
				return err
			}
			log := logs.New(os.Stderr, os.Stderr, flags.level())
			defer log.Close()
			return flags.run(caught, daemon.Options{
				File: file, Log: log.Logger, Reload: func() (*config.File, error) { return load(path) },
			})
		},
	}
	configFlag(cmd, &path)
	flags.add(cmd)
	return cmd
}

// run runs a daemon until a signal or the end of its time, and writes the report.
func (f *runFlags) run(caught signals, options daemon.Options) error {
	options.Lasts = f.lasts
	var report *os.File
	if f.report != "" {
		var err error
		if report, err = os.Create(f.report); err != nil { // now, while somebody is there to hear of it
			return err
		}
		defer report.Close()
	}
	d := daemon.New(options)
	reload := d.Reload
	if options.Reload == nil {
		reload = d.Stop // there is no file to read again: the terminal was closed
	}
	go caught.heed(reload, d.LogSnapshot)
	err := d.Run(caught)
	if report != nil {
		err = errors.Join(err, d.Report().Write(report))
	}
	return err
}
