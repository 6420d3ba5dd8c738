package motis

import (
	"net/http"
	"strings"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

// Config is the configuration of an instance.
type Config struct {
	Every            time.Duration    `yaml:"every" doc:"how often departures are fetched" min:"30s" max:"1h"`
	Stop             string           `yaml:"stop" doc:"the ID of the stop; ptvd stops SEARCH --source motis finds it; without one, near is needed"`
	Near             plugins.Position `yaml:"near" doc:"where the stop is, as latitude,longitude: it is found there if its ID has changed; without a stop, all stops within the radius count"`
	Radius           int              `yaml:"radius" doc:"how far stops may be from near, in meters" min:"1" max:"2000"`
	Modes            []string         `yaml:"modes" doc:"only these modes of transport, as MOTIS names them: TRAM, BUS, SUBWAY; none: all of them"`
	Lines            []string         `yaml:"lines" doc:"only these lines, as they are called on the vehicles; none: all lines"`
	Towards          []string         `yaml:"towards" doc:"only departures whose destination or sign has one of these words in it, in upper or lower case, with or without accents; none: all of them"`
	Platforms        []string         `yaml:"platforms" doc:"only these platforms, tracks or bays, and no departures of which it is not known; none: all of them"`
	Walk             time.Duration    `yaml:"walk" doc:"the time from the door to the stop; what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int              `yaml:"count" doc:"how many departures to keep, in addition to those within the walk" min:"1" max:"30"`
	IncludeCancelled bool             `yaml:"include_cancelled" doc:"keep cancelled services, which are shown as cancelled"`
	Language         string           `yaml:"language" doc:"the language of names and alerts, where there are several: de; empty: that of the place"`
	Contact          string           `yaml:"contact" doc:"an address by which the service can reach you, as the policy of Transitous asks: it is sent with each request" required:"true"`
	BaseURL          string           `yaml:"base_url" doc:"the address of the service: that of Transitous, or of a MOTIS of your own"`
}

// Transitous is the address of the public MOTIS.
const Transitous = "https://api.transitous.org"

var defaults = Config{Every: time.Minute, Radius: 150, Count: 10, IncludeCancelled: true, BaseURL: Transitous}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	if _, err := sources.ParseBase(c.BaseURL, Transitous); err != nil {
		return plugins.OptionErrorf("base_url", "%w", err)
	}
	if c.Stop == "" && c.Near == (plugins.Position{}) {
		return plugins.OptionErrorf("stop", "write the ID of a stop, or near: latitude,longitude")
	}
	if strings.TrimSpace(c.Contact) == "" || strings.ContainsFunc(c.Contact, func(r rune) bool { return r < ' ' || r > '~' }) {
		return plugins.OptionErrorf("contact", "write an e-mail address or the address of a web page")
	}
	return nil
}

// Client returns a client with the configured address, for the program that is named.
func (c Config) Client(via http.RoundTripper, program string) Client {
	return Client{BaseURL: c.BaseURL, Agent: program + " (" + c.Contact + ")", Language: c.Language, HTTP: via}
}
