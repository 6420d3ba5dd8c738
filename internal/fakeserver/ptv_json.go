package fakeserver

// The replies of the API, with the fields that the fake fills in.
type (
	departuresJSON struct {
		Departures  []departureJSON           `json:"departures"`
		Stops       map[string]stopJSON       `json:"stops"`
		Routes      map[string]routeJSON      `json:"routes"`
		Runs        map[string]runJSON        `json:"runs"`
		Directions  map[string]directionJSON  `json:"directions"`
		Disruptions map[string]disruptionJSON `json:"disruptions"`
		Status      status                    `json:"status"`
	}
	departureJSON struct {
		StopID      int     `json:"stop_id"`
		RouteID     int     `json:"route_id"`
		RunID       int     `json:"run_id"`
		RunRef      string  `json:"run_ref"`
		DirectionID int     `json:"direction_id"`
		Disruptions []int   `json:"disruption_ids"`
		Scheduled   string  `json:"scheduled_departure_utc"`
		Estimated   *string `json:"estimated_departure_utc"`
		AtPlatform  bool    `json:"at_platform"`
		Platform    *string `json:"platform_number"`
		Flags       string  `json:"flags"`
		Sequence    int     `json:"departure_sequence"`
	}
	stopJSON struct {
		ID        int         `json:"stop_id"`
		Name      string      `json:"stop_name"`
		Suburb    string      `json:"stop_suburb"`
		RouteType int         `json:"route_type"`
		Routes    []routeJSON `json:"routes,omitempty"` // in search results only
	}
	routeJSON struct {
		ID        int    `json:"route_id"`
		RouteType int    `json:"route_type"`
		Name      string `json:"route_name"`
		Number    string `json:"route_number"`
		GTFS      string `json:"route_gtfs_id"`
	}
	runJSON struct {
		ID           int    `json:"run_id"`
		Ref          string `json:"run_ref"`
		RouteID      int    `json:"route_id"`
		RouteType    int    `json:"route_type"`
		FinalStop    int    `json:"final_stop_id"`
		Destination  string `json:"destination_name"`
		Status       string `json:"status"`
		DirectionID  int    `json:"direction_id"`
		ExpressStops int    `json:"express_stop_count"`
	}
	directionJSON struct {
		ID        int    `json:"direction_id"`
		Name      string `json:"direction_name"`
		RouteID   int    `json:"route_id"`
		RouteType int    `json:"route_type"`
	}
	disruptionJSON struct {
		ID     int     `json:"disruption_id"`
		Title  string  `json:"title"`
		Status string  `json:"disruption_status"`
		From   string  `json:"from_date"`
		To     *string `json:"to_date"`
	}
)

func (s *ptvStop) json() stopJSON {
	return stopJSON{ID: s.id, Name: s.name, Suburb: s.suburb, RouteType: s.routeType}
}

func (r *ptvRoute) json() routeJSON {
	return routeJSON{r.id, r.routeType, r.name, r.number, r.gtfs}
}
