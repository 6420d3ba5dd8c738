package web

// State is what there is to see. In an event, a part that has not changed is left
// out. Times and durations are seconds.
type State struct {
	Clock      *Clock      `json:"clock,omitzero"`
	Panels     []Panel     `json:"panels,omitzero"`
	Lamps      []Lamp      `json:"lamps,omitzero"`
	Buttons    []Button    `json:"buttons,omitzero"`
	Departures []Stop      `json:"departures,omitzero"`
	Instances  []Instance  `json:"instances,omitzero"`
	Loop       *Loop       `json:"loop,omitzero"`
	World      *WorldState `json:"world,omitzero"`
}

// Clock is the civil time.
type Clock struct {
	Now   string `json:"now"`   // RFC 3339, in the configured zone
	Known bool   `json:"known"` // Now is to be believed
	// SystemError is how far the system's clock is ahead of Now.
	SystemError float64 `json:"system_error_s"`
	Synced      int     `json:"synced"` // agreements on the time, of all sources
}

// Panel is a panel of LEDs.
type Panel struct {
	Instance   string   `json:"instance"`
	Width      int      `json:"width"`
	Height     int      `json:"height"`
	Rows       []string `json:"rows"`       // hexadecimal, the leftmost LED first, filled up with zeros
	Brightness float64  `json:"brightness"` // 0 to 1; 1 where it is not known
	Text       string   `json:"text"`       // what it says, for who cannot see it
}

// Lamp is a lamp that is dimmed by a knob.
type Lamp struct {
	Instance string  `json:"instance"`
	Goal     float64 `json:"goal"` // 0 to 1, as the eye sees it
	Level    float64 `json:"level"`
	Duty     float64 `json:"duty"`    // 0 to 1, of the outputs
	Turned   int     `json:"turned"`  // detents by which its knob was turned up, less those down
	Offered  bool    `json:"offered"` // it may be turned from here
}

// Button is a push button.
type Button struct {
	Instance string `json:"instance"`
	Down     bool   `json:"down"`
	Offered  bool   `json:"offered"` // it may be pressed from here
}

// Stop is what a source of departures holds.
type Stop struct {
	Instance  string    `json:"instance"`
	Name      string    `json:"stop"`
	Age       float64   `json:"age_s"` // of the newest reply; -1: there is none yet
	Period    float64   `json:"period_s"`
	Freshness Freshness `json:"freshness"`
	Problem   string    `json:"problem,omitempty"` // of the last attempt
	Next      []Service `json:"next"`              // that have not left
	Complete  bool      `json:"complete"`          // nothing is known to leave after the last of them
}

// Freshness says how far departures are to be believed.
type Freshness string

// How fresh departures are.
const (
	Fresh Freshness = "fresh"
	Old   Freshness = "old"   // two questions in a row went without a reply
	Stale Freshness = "stale" // so old that the panel shows none of it
	None  Freshness = "none"  // nothing was received yet
)

// Service is one departure.
type Service struct {
	Leaves      string  `json:"leaves"` // RFC 3339, the best known time
	In          float64 `json:"in_s"`
	Late        float64 `json:"late_s"` // estimated against scheduled; 0 without an estimate
	Live        bool    `json:"live"`   // there is an estimate
	Headsign    string  `json:"headsign"`
	Route       string  `json:"route"`
	Platform    string  `json:"platform,omitempty"`
	Cancelled   bool    `json:"cancelled,omitempty"`
	Bus         bool    `json:"bus,omitempty"` // instead of a train
	AtPlatform  bool    `json:"at_platform,omitempty"`
	OutOfReach  bool    `json:"out_of_reach,omitempty"` // leaves within the walk
	Disruptions int     `json:"disruptions,omitempty"`
}

// Instance is one plugin at work.
type Instance struct {
	Name     string             `json:"name"`
	Plugin   string             `json:"plugin"`
	Health   string             `json:"health"` // ok, degraded or failed
	Why      string             `json:"why,omitempty"`
	Since    float64            `json:"since_s"` // how long the health has been so
	Restarts int                `json:"restarts"`
	Meter    map[string]float64 `json:"meter"` // the plugin's own figures
}

// Loop is what the loop has done since the start. Uptime is its own time, which a
// demo can let run faster; all else here is the machine's.
type Loop struct {
	Uptime       float64 `json:"uptime_s"`
	Machine      float64 `json:"machine_s"` // the machine's monotonic clock
	Wakeups      uint64  `json:"wakeups"`
	Workers      int     `json:"workers"` // pieces of awaited work beside the loop
	SPITransfers uint64  `json:"spi_transfers"`
	SPIBytes     uint64  `json:"spi_bytes"`
	Tasks        []Task  `json:"tasks"`
}

// Task is all tasks of one owner and name.
type Task struct {
	Instance string  `json:"instance"` // empty: the daemon's own
	Name     string  `json:"name"`
	Live     int     `json:"live"`
	State    string  `json:"state,omitempty"` // of the newest one that is live
	Due      float64 `json:"due_s"`           // when its sleep ends; -1 where it does not sleep
	Runs     uint64  `json:"runs"`
	Total    float64 `json:"total_s"` // on the loop
	Longest  float64 `json:"longest_s"`
	Missed   uint64  `json:"missed"`
	// Lateness is how long after they were due sleeps and ticks ran.
	LateP50 float64 `json:"late_p50_s"`
	LateP99 float64 `json:"late_p99_s"`
	LateMax float64 `json:"late_max_s"`
}

// WorldState is what surrounds a simulated board.
type WorldState struct {
	Faults []Fault   `json:"faults"`
	Speed  float64   `json:"speed"` // of time; 1: as it is
	Speeds []float64 `json:"speeds,omitempty"`
}

// Fault is a way in which the world can fail.
type Fault struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Doc   string `json:"doc"`
	On    bool   `json:"on"`
	Once  bool   `json:"once"` // it happens, and is over
}
