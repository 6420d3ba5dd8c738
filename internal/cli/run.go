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
	"golang.org/x/sys/unix"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/logs"
)

func runCommand() *cobra.Command {
	var path string
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon in the foreground",
		Long: `Run the daemon in the foreground until SIGTERM or SIGINT.

SIGHUP reloads the configuration: if it has an error, the previous configuration stays
in use, and instances whose configuration did not change keep running. SIGUSR1 logs
the state of every task and instance.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signals := catchSignals(cmd.Context())
			defer signals.release()
			file, err := load(path)
			if err != nil {
				return err
			}
			log := logs.New(os.Stderr, os.Stderr, flags.level())
			defer log.Close()
			d := daemon.New(daemon.Options{
				File: file, Path: path, Log: log.Logger, Version: Version, Lasts: flags.duration,
				Reload: func() (*config.File, error) { return load(path) },
			})
			return flags.run(signals, log, d, d.Reload)
		},
	}
	configFlag(cmd, &path)
	flags.add(cmd)
	return cmd
}

// runFlags are the flags of the commands that run a daemon.
type runFlags struct {
	duration time.Duration
	report   string
	debug    bool
}

func (f *runFlags) add(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&f.duration, "for", 0, "stop after `TIME`, for example 20s (default: run until stopped)")
	cmd.Flags().StringVar(&f.report, "report", "", "write a JSON report to `FILE` on exit")
	cmd.Flags().BoolVar(&f.debug, "debug", false, "log debug messages")
	_ = cmd.MarkFlagFilename("report", "json")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return validateFor(cmd, f.duration) }
}

func validateFor(cmd *cobra.Command, duration time.Duration) error {
	if cmd.Flags().Changed("for") && duration <= 0 {
		return usageError{fmt.Errorf("invalid --for %v: must be greater than zero, for example 20s", duration)}
	}
	return nil
}

func (f *runFlags) level() slog.Level {
	if f.debug {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// run runs a daemon until a signal or the end of its time, and writes the report. On
// SIGHUP it calls hangup.
func (f *runFlags) run(signals signals, log *logs.Log, d *daemon.Daemon, hangup func()) error {
	var report *os.File
	if f.report != "" {
		var err error
		if report, err = os.Create(f.report); err != nil { // before the daemon starts
			return err
		}
		defer report.Close()
	}
	go func() { // nothing here blocks, so that SIGABRT is not kept waiting
		for received := range signals.others {
			switch received {
			case syscall.SIGHUP:
				hangup()
			case syscall.SIGUSR1:
				d.LogSnapshot()
			case syscall.SIGABRT:
				d.LogAbort()
				_ = log.Close()
				os.Exit(abortStatus)
			}
		}
	}()
	// Huge pages cost 2 MB for a few pages that are used. The unit's GODEBUG= spares the heap alone.
	_ = unix.Prctl(unix.PR_SET_THP_DISABLE, 1, 0, 0, 0)
	defer time.AfterFunc(releaseAfter, func() { releaseStart(log.Logger) }).Stop()
	err := d.Run(signals)
	if report != nil {
		err = errors.Join(err, printJSON(report, d.State()))
	}
	return err
}

// signals are the signals that a daemon handles. They are caught before the daemon is
// made, so that an early one does not kill the process.
type signals struct {
	context.Context                // done at SIGTERM or SIGINT; a second one ends the process at once
	others          chan os.Signal // SIGHUP, SIGUSR1, and SIGABRT, at which Go would print the stacks of all goroutines
	stop            context.CancelFunc
}

// abortStatus is the exit status of a Go program that SIGABRT ends.
const abortStatus = 2

func catchSignals(ctx context.Context) signals {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop)
	s := signals{Context: ctx, others: make(chan os.Signal, 16), stop: stop}
	signal.Notify(s.others, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGABRT)
	return s
}

func (s signals) release() {
	s.stop()
	signal.Stop(s.others)
	close(s.others)
}
