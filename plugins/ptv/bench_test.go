package ptv

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// BenchmarkReply decodes a reply and chooses what is published: the usual one of a
// station, and one of a bus interchange with 19 routes, of which as many departures
// were requested as the configuration allows.
func BenchmarkReply(b *testing.B) {
	for _, c := range []struct {
		name                 string
		routes, each, titles int
	}{
		{"usual", 2, 6, 2},
		{"1.6MB", 19, 36, 40},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := replyOf(c.routes, c.each, c.titles)
			cfg := defaults
			cfg.Stop, cfg.Count, cfg.Routes = 7, 30, nil
			client := Client{BaseURL: cfg.BaseURL, ID: plugins.LiteralSecret("3000176"), Key: plugins.LiteralSecret("key"), HTTP: replying{http.StatusOK, body}}
			r := cfg.requests()[0]
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			before := scheduler.CPUTime()
			for b.Loop() {
				found, err := client.departures(b.Context(), cfg, r)
				if err != nil || len(found.List) != c.routes*c.each {
					b.Fatalf("%d departures, %v", len(found.List), err)
				}
				if next, _ := sources.Next(found.List, benchEpoch, 0, cfg.Count); len(next) < cfg.Count && len(found.List) >= cfg.Count {
					b.Fatal("departures are missing")
				}
			}
			b.ReportMetric(float64((scheduler.CPUTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// replying is a server that always sends the same.
type replying struct {
	status int
	body   []byte
}

func (r replying) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: r.status, Body: io.NopCloser(bytes.NewReader(r.body))}, nil
}

var benchEpoch = time.Date(2026, 11, 19, 8, 0, 0, 0, time.UTC)

// replyOf returns a reply with every field that the API sends.
func replyOf(routes, each, titles int) []byte {
	var departures, runs, all, disruptions []string
	for i := range titles {
		disruptions = append(disruptions, fmt.Sprintf(`"%d":{"disruption_id":%[1]d,"title":"Route %[1]d: stops moved while the road is rebuilt","url":"http://ptv.example/article/%[1]d","description":"%s","disruption_status":"Current","disruption_type":"Planned Works","published_on":"2026-05-16T03:30:13Z","last_updated":"2026-05-16T03:35:55Z","from_date":"2026-05-16T03:27:00Z","to_date":null,"routes":[{"route_type":2,"route_id":15742,"route_name":"Ringwood - Eildon","route_number":"684","route_gtfs_id":"4-684","direction":null}],"stops":[],"colour":"#ffd500","display_on_board":true,"display_status":true}`,
			1000+i, strings.Repeat("The stop is closed. ", 20)))
	}
	for r := range routes {
		all = append(all, fmt.Sprintf(`"%d":{"route_type":2,"route_id":%[1]d,"route_name":"Hill Top - Lake via Dam & Weir","route_number":"%d","route_gtfs_id":"4-%[2]d","geopath":[]}`, 15000+r, 600+r))
		for n := range each {
			ref := fmt.Sprintf("%d-683--1-MF2-%d", r, 878943100+n)
			at := benchEpoch.Add(time.Duration(n*each+r) * time.Minute)
			departures = append(departures, fmt.Sprintf(`{"stop_id":7,"route_id":%d,"run_id":-1,"run_ref":"%s","direction_id":%d,"disruption_ids":[%d],"scheduled_departure_utc":"%s","estimated_departure_utc":"%s","at_platform":false,"platform_number":null,"flags":"S_WCA-RUN_289","departure_sequence":12}`,
				15000+r, ref, r%7, 1000+n%titles, at.Format(time.RFC3339), at.Add(time.Minute).Format(time.RFC3339)))
			runs = append(runs, fmt.Sprintf(`"%s":{"run_id":-1,"run_ref":"%[1]s","route_id":%d,"route_type":2,"final_stop_id":23069,"destination_name":"Lake/Weir Rd","status":"scheduled","direction_id":%d,"run_sequence":0,"express_stop_count":0,"vehicle_position":{"latitude":-37.757782,"longitude":145.3128,"easting":null,"northing":null,"direction":"inbound","bearing":213.5,"supplier":"CIS - Buses","datetime_utc":"2026-11-19T07:59:12.1234567","expiry_time":"2026-11-19T08:09:12.1234567"},"vehicle_descriptor":{"operator":"Ventura Bus Lines","id":"BS04AB","low_floor":true,"air_conditioned":true,"description":"%s","supplier":"CIS - Buses","length":"12"},"geopath":[{"direction_id":%[3]d,"valid_from":"2026-11-01","valid_to":"2026-12-31","paths":["%[5]s"]}],"interchange":null}`,
				ref, 15000+r, r%7, strings.Repeat("low floor ", 10), strings.Repeat("-37.757782,145.3128 ", 55)))
		}
	}
	return fmt.Appendf(nil, `{"departures":[%s],"stops":{"7":{"stop_name":"Hill Top","stop_id":7}},"routes":{%s},"runs":{%s},"directions":{"1":{"direction_name":"Down"}},"disruptions":{%s},"status":{"version":"3.0","health":1}}`,
		strings.Join(departures, ","), strings.Join(all, ","), strings.Join(runs, ","), strings.Join(disruptions, ","))
}
