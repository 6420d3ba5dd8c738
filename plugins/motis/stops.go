package motis

import (
	"context"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// FindStops returns the stops that a text names, the best match first, those near a
// position preferred, if there is one.
func (c Client) FindStops(ctx context.Context, text string, near plugins.Position) ([]sources.Stop, error) {
	query := url.Values{"text": {text}, "type": {"STOP"}, "language": {c.cfg.Language}}
	if near != (plugins.Position{}) {
		query.Set("place", near.String())
	}
	reply, _, err := c.Get(ctx, "/api/v1/geocode", query)
	if err != nil {
		return nil, err
	}
	return decodeStops(reply)
}

// decodeStops decodes a reply of /geocode.
func decodeStops(reply gjson.Result) (stops []sources.Stop, err error) {
	if !reply.IsArray() {
		return nil, sources.InvalidReply("no list of stops")
	}
	var list []struct {
		ID                   string `as:"id"`
		Type, Name, Lat, Lon string
		Modes                []string
		Areas                []struct {
			Name            string
			Default, Unique bool
		}
	}
	sources.Read(reply, &list)
	for _, v := range list {
		if v.Type != "STOP" || v.ID == "" {
			continue
		}
		var areas []string
		for _, area := range v.Areas {
			if area.Name != "" && (area.Default || area.Unique) {
				areas = append(areas, area.Name)
			}
		}
		at := place{Lat: v.Lat, Lon: v.Lon}
		stops = append(stops, sources.Stop{ID: v.ID, Name: v.Name, Area: strings.Join(areas, ", "), Modes: v.Modes, Position: at.position()})
	}
	return stops, nil
}
