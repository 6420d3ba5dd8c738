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
		Short: "Search for a stop and print its ID, routes and directions",
		Long: `Search for stops by name or suburb, and print their IDs, routes and directions as the
configuration needs them. The search uses the id and key of the first ptv instance
in the configuration. Systemd credentials can be read by the service only: name a
configuration with {file: …} or {env: …} in place of {credential: …}.`,
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
				err = fmt.Errorf("no stop found for %q", strings.Join(words, " "))
			}
			printStops(cmd.OutOrStdout(), stops) // with an error, the stops found so far
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
			return cfg.Client(daemon.SystemNetwork(time.Now).HTTP), nil
		}
	}
	return ptv.Client{}, errors.New("no ptv instance in the configuration: the search needs its id and key")
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
