package motis

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Meters returns the distance between two positions, on a sphere.
func Meters(from, to plugins.Position) float64 {
	const radius, degree = 6371e3, math.Pi / 180
	sin := func(degrees float64) float64 { return math.Sin(degrees * degree / 2) }
	a := sin(to.Latitude-from.Latitude)*sin(to.Latitude-from.Latitude) +
		math.Cos(from.Latitude*degree)*math.Cos(to.Latitude*degree)*sin(to.Longitude-from.Longitude)*sin(to.Longitude-from.Longitude)
	return 2 * radius * math.Asin(min(1, math.Sqrt(a)))
}

// position returns the position of a place, zero if it has none.
func position(place map[string]gjson.Result) (p plugins.Position) {
	if p.UnmarshalText([]byte(sources.Text(place["lat"])+","+sources.Text(place["lon"]))) != nil {
		return plugins.Position{}
	}
	return p
}

// Stop is a stop that was found.
type Stop struct {
	ID, Name string
	Area     string   // the town, or whatever tells it from others
	Modes    []string // TRAM, BUS
	Position plugins.Position
}

// FindStops returns the stops that a text names, the best match first, those near a
// position preferred, if there is one.
func (c Client) FindStops(ctx context.Context, text string, near plugins.Position) ([]Stop, error) {
	query := url.Values{"text": {text}, "type": {"STOP"}}
	if near != (plugins.Position{}) {
		query.Set("place", near.String())
	}
	reply, _, err := c.get(ctx, "/api/v1/geocode", query)
	if err != nil {
		return nil, err
	}
	return decodeStops(reply)
}

// lookUp returns the stops of a name within two kilometers of a position.
func (c Client) lookUp(ctx context.Context, name, at string) (names []string, err error) {
	var near plugins.Position
	if err := near.UnmarshalText([]byte(at)); err != nil {
		return nil, err
	}
	stops, err := c.FindStops(ctx, name, near)
	for _, stop := range stops {
		if Meters(near, stop.Position) <= 2000 {
			names = append(names, fmt.Sprintf("%s (%s)", stop.Name, stop.ID))
		}
	}
	return names, err
}

// decodeStops decodes a reply of /geocode.
func decodeStops(list gjson.Result) (stops []Stop, err error) {
	if !list.IsArray() {
		return nil, sources.InvalidReply("no list of stops")
	}
	sources.Items(list, func(v gjson.Result) {
		fields := sources.Fields(v)
		stop := Stop{ID: sources.ID(fields["id"]), Name: sources.Name(fields["name"]), Position: position(fields)}
		if sources.Text(fields["type"]) != "STOP" || stop.ID == "" {
			return
		}
		var areas []string
		sources.Items(fields["areas"], func(area gjson.Result) {
			if name := sources.Name(area.Get("name")); name != "" && (sources.Bool(area.Get("default")) || sources.Bool(area.Get("unique"))) {
				areas = append(areas, name)
			}
		})
		stop.Area = strings.Join(areas, ", ")
		sources.Items(fields["modes"], func(mode gjson.Result) { stop.Modes = append(stop.Modes, sources.Name(mode)) })
		stops = append(stops, stop)
	})
	return stops, nil
}
