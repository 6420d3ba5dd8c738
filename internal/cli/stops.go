package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/plugins/ptv"
)

func stopsCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "stops SEARCH",
		Short: "Find a stop's number, its routes and directions",
		Long: `Find a stop by its name, or by the suburb it is in. The search asks PTV with the
id and key of the first ptv instance in the configuration; where these are
systemd credentials, which only the service sees, give it a configuration with
{file: …} or {env: …}.`,
		Example: "  ptvd stops huntingdale\n  ptvd stops --config my.yaml flinders street",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, words []string) error {
			file, err := config.Load(path)
			if err != nil {
				return configError{err}
			}
			client, err := clientOf(file)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			stops, err := client.FindStops(ctx, strings.Join(words, " "))
			if len(stops) == 0 && err == nil {
				err = errors.New("no stop has that in its name")
			}
			printStops(cmd.OutOrStdout(), stops) // what was found in spite of an error
			return err
		},
	}
	configFlag(cmd, &path)
	return cmd
}

// clientOf returns a client with the credentials of a configuration.
func clientOf(file *config.File) (ptv.Client, error) {
	for _, instance := range file.Instances {
		if cfg, ok := instance.Config.(ptv.Config); ok {
			return cfg.Client(daemon.SystemNetwork().HTTP), nil
		}
	}
	return ptv.Client{}, errors.New("the configuration has no ptv instance, whose id and key the search could use")
}

func printStops(out io.Writer, stops []ptv.Stop) {
	for _, stop := range stops {
		fmt.Fprintf(out, "stop: %d  # %s, %s\nroute_type: %s\n", stop.ID, stop.Name, stop.Suburb, stop.RouteType)
		for _, route := range stop.Routes {
			fmt.Fprintf(out, "  route %d: %s\n", route.ID, strings.TrimSpace(route.Number+" "+route.Name))
			for _, direction := range route.Directions {
				fmt.Fprintf(out, "    direction %d: %s\n", direction.ID, direction.Name)
			}
		}
		fmt.Fprintln(out)
	}
}
