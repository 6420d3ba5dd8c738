package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/host"
	"ptvd/internal/schema"
	"ptvd/plugins"
)

func parse(t *testing.T, line ...string) *config.File {
	t.Helper()
	file, err := config.Parse("f", []byte(lines(line...)), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAFileBecomesInstancesInItsOrder(t *testing.T) {
	file := parse(t,
		"timezone: Australia/Melbourne",
		"board: sim",
		"state: /var/tmp/ptvd",
		"plugins:",
		"  panel:",
		"    plugin: panel",
		"    device: {max7219: {spi: /dev/spidev0.0, width: 32, orientation: 90}}",
		"    pages: [{departures: trains}, clock, {message: hello}]",
		"    brightness: 40%",
		"    night: 22:30-06:00",
		"    names: {Flinders Street: Flinders}",
		"    feeds: {top: news.headline, low: {source: news.story, speed: 3}}",
		"    wake: 06:30",
		"    weather: news",
		"  trains:",
		"    plugin: trains",
		"    on_error: fail",
		"    every: 1m30s",
		"    stop: 1099",
		"    routes: 4",
		"    id: {env: PTV_ID}",
		"    key: 'a literal'",
		"  news: {plugin: ticker}",
		"  bell: {plugin: bell, pin: GPIO17, on_press: lamp.set 40%, on_long: panel.clock}",
		"  lamp: {plugin: lamp, output: [GPIO18, pwmchip0/1], encoder: {a: GPIO5, b: gpiochip1-GPIO6}}",
	)
	if file.Timezone.String() != "Australia/Melbourne" || file.Board != config.Simulated || file.StateDir != "/var/tmp/ptvd" {
		t.Errorf("got %v, %v, %v", file.Timezone, file.Board, file.StateDir)
	}
	wake := plugins.TimeOfDay(6*time.Hour + 30*time.Minute)
	departures := plugins.From[[]string]{Instance: "trains", Topic: "departures"}
	want := []any{
		panelConfig{
			Device:     device{Name: "max7219", Value: &max7219{SPI: "/dev/spidev0.0", Width: 32, Orientation: 90}},
			Pages:      []page{{Name: "departures", Value: &departuresPage{Source: departures}}, {Name: "clock", Value: &clockPage{}}, {Name: "message", Value: &messagePage{Text: "hello"}}},
			Brightness: 0.4, Gamma: 2.2, Wake: wake,
			Night:   plugins.Window{From: plugins.TimeOfDay(22*time.Hour + 30*time.Minute), To: plugins.TimeOfDay(6 * time.Hour)},
			Names:   map[string]string{"Flinders Street": "Flinders"},
			Weather: plugins.From[float64]{Instance: "news", Topic: "temperature"},
			Feeds: map[string]from[string]{
				"top": {Source: plugins.From[string]{Instance: "news", Topic: "headline"}},
				"low": {Source: plugins.From[string]{Instance: "news", Topic: "story"}, Speed: 3},
			},
		},
		trainsConfig{
			Every: 90 * time.Second, Stop: 1099, Routes: []int{4}, Mode: "train",
			ID: plugins.Secret{Env: "PTV_ID"}, Key: plugins.LiteralSecret("a literal"),
		},
		tickerConfig{},
		bellConfig{
			Pin: "GPIO17", Debounce: 20 * time.Millisecond,
			OnPress: plugins.ActionRef{Instance: "lamp", Name: "set", Arg: "40%"},
			OnLong:  plugins.ActionRef{Instance: "panel", Name: "clock"},
		},
		lampConfig{Encoder: encoder{A: "GPIO5", B: "gpiochip1-GPIO6"}, Output: []plugins.PWMOutput{"GPIO18", "pwmchip0/1"}},
	}
	for i, instance := range file.Instances {
		if !reflect.DeepEqual(instance.Config, want[i]) {
			t.Errorf("%s: got\n%#v, want\n%#v", instance.Name, instance.Config, want[i])
		}
	}
	if i := file.Instances[1]; i.Name != "trains" || i.Definition.Name != "trains" || i.OnError != config.Fail || i.Line != 15 {
		t.Errorf("got %s, a %s, on error %s, in line %d", i.Name, i.Definition.Name, i.OnError, i.Line)
	}
	if file.Instances[0].OnError != config.Restart {
		t.Error("an instance is restarted unless the file says otherwise")
	}
}

func TestExpandersAreReadWithTheirAddressesAndPollPeriods(t *testing.T) {
	file := parse(t,
		"expanders:",
		"  porch: {mcp23017: {i2c: I2C1, address: 0x20}}",
		"  cellar: {pcf8574: {i2c: /dev/i2c-1, address: 57, poll: 5ms}}",
		"plugins:",
		"  bell: {plugin: bell, pin: porch.GPA0}",
		"  door: {plugin: bell, pin: cellar.P7}",
		"  gauge: {plugin: gauge, bus: I2C1, address: 0x48, port: /dev/serial0}",
		"  other: {plugin: gauge, bus: I2C1, address: 0x49}",
	)
	for name, want := range map[string]string{"porch": "mcp23017 I2C1 0x20 20ms", "cellar": "pcf8574 /dev/i2c-1 0x39 5ms"} {
		o := file.Expanders[name]
		if got := fmt.Sprintf("%s %s %#x %v", o.Model.Name, o.Bus, o.Address, o.Poll); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if want := (gaugeConfig{Bus: "I2C1", Address: 0x48, Port: "/dev/serial0"}); file.Instances[2].Config != want {
		t.Errorf("got %v, want %v", file.Instances[2].Config, want)
	}
	want := []config.Part{{Kind: schema.I2C, Name: "I2C1", Option: "bus"}, {Kind: schema.UART, Name: "/dev/serial0", Option: "port"}}
	if got := file.Instances[2].Parts(); !reflect.DeepEqual(got, want) {
		t.Errorf("its parts are %v", got)
	}
}

func TestOptionsOfTheFileDefaultToThoseOfTheSystem(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "/run/one:/run/two")
	file := parse(t, "plugins: {news: {plugin: ticker}}")
	if file.Timezone != time.Local || file.Board != config.Periph || file.StateDir != "/run/one" {
		t.Errorf("got %v, %v, %v", file.Timezone, file.Board, file.StateDir)
	}
}

func TestNoInstanceWritesIntoTheDefaultsOfItsPlugin(t *testing.T) {
	text := []string{"plugins:", "  news: {plugin: ticker}", "  panel: {plugin: panel, device: null_device, pages: clock}"}
	first := parse(t, text...).Instances[1].Config.(panelConfig)
	first.Pages[0].Value.(*clockPage).Seconds = true
	if second := parse(t, text...).Instances[1].Config.(panelConfig); second.Pages[0].Value.(*clockPage).Seconds {
		t.Error("what one instance wrote shows in another")
	}
	definition, _ := host.Lookup("panel")
	if definition.Defaults.Interface().(panelConfig).Device.Value != nil {
		t.Error("the choice of a file shows in the defaults")
	}
}

func TestWindowsLineEndsAndAByteOrderMarkAreAccepted(t *testing.T) {
	if _, err := config.Parse("f", []byte("\ufeffboard: sim\r\nplugins:\r\n  news: {plugin: ticker}\r\n"), 0o600); err != nil {
		t.Error(err)
	}
}

func TestALiteralSecretNeedsAFileThatOthersCannotRead(t *testing.T) {
	text := []byte("plugins: {t: {plugin: trains, stop: 1, id: 12, key: abc}}\n")
	if _, err := config.Parse("f", text, 0o640); err != nil {
		t.Error(err)
	}
	if _, err := config.Parse("f", text, 0o644); err == nil {
		t.Error("a secret is accepted in a file that everybody can read")
	}
}

func TestAnErrorOfNewIsReportedAtItsOption(t *testing.T) {
	file := parse(t, "plugins:", "  bell:", "    plugin: bell", "    pin: GPIO17")
	err := file.Locate("plugins.bell", errors.Join(plugins.OptionErrorf("pin", "the line is %s", "odd"), errors.New("it cannot be made")))
	want := lines(
		"f:2:3: plugins.bell: it cannot be made",
		"   2 |   bell:",
		"     |   ^",
		"f:4:10: plugins.bell.pin: the line is odd",
		"   4 |     pin: GPIO17",
		"     |          ^")
	if err.Error()+"\n" != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestDiagnosticsAreMarshalledAsJSON(t *testing.T) {
	_, err := config.Parse("f", []byte("board: simm\n"), 0o600)
	got, _ := json.Marshal(err.(config.Diagnostics)[0])
	want := `{"severity":"error","file":"f","line":1,"column":1,"message":"required option plugins is missing (the instances: a name for each, and under it its plugin and options); write one, such as plugins: {clock: {plugin: ntp}}","source":"board: simm"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestADiagnosticIsOneLineWithoutControlCharacters(t *testing.T) {
	_, err := config.Parse("f", []byte(`plugins: {"a\e[31m\n": {plugin: "\e[2J\n"}, b: {plugin: trains, stop: "\e\n"}}`), 0o600)
	for _, d := range err.(config.Diagnostics) {
		if strings.ContainsAny(d.String(), "\n\x1b") {
			t.Errorf("%q", d.String())
		}
	}
}

func TestAWrongStateDirectoryOfTheSystemIsReportedAtTheStartOfTheFile(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", "relative")
	_, err := config.Parse("f", []byte("plugins: {news: {plugin: ticker}}\n"), 0o600)
	if err == nil || !strings.HasPrefix(err.Error(), "f:1:1: state: ") {
		t.Errorf("got %v", err)
	}
}

func TestAnUnknownTimeZoneIsAnError(t *testing.T) {
	for _, zone := range []string{"Australia/Melborne", "../../etc/passwd", "Local", "''", "+10:00"} {
		_, err := config.Parse("f", []byte("timezone: "+zone+"\nplugins: {news: {plugin: ticker}}\n"), 0o600)
		if err == nil || !strings.HasPrefix(err.Error(), "f:1:11: timezone: ") || !strings.Contains(err.Error(), "unknown time zone") {
			t.Errorf("%s: %v", zone, err)
		}
	}
}

func TestAnInstanceMayHaveTopicsOfItsConfiguration(t *testing.T) {
	numbers := func(extra string) error {
		_, err := config.Parse("f", []byte("plugins: {news: {plugin: ticker, extra: "+extra+"}, odds: {plugin: lever, numbers: news}}\n"), 0o600)
		return err
	}
	if err := numbers("[odds]"); err != nil {
		t.Error(err)
	}
	if err := numbers("[]"); err == nil || !strings.Contains(err.Error(), "news (ticker) has no topic of the type that is needed here; no other instance has one") {
		t.Errorf("got %v", err)
	}
	if err := numbers("[odds, evens]"); err == nil || !strings.Contains(err.Error(), "write news.odds or news.evens") {
		t.Errorf("got %v", err)
	}
}

func TestAWarningComesWithTheFileOrWithItsErrors(t *testing.T) {
	const text = "plugins:\n  l: {plugin: lever, at_stop: keep}\n"
	file, err := config.Parse("f", []byte(text), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	const warning = "f:2:31: warning: plugins.l.at_stop: keep is the default; remove it\n   2 |   l: {plugin: lever, at_stop: keep}\n     |                               ^"
	if got := file.Warnings.Error(); got != warning || file.Warnings.Summary() != "1 warning" || file.Instances[0].Config == nil {
		t.Errorf("got %s (%s), with %v", got, file.Warnings.Summary(), file.Instances[0].Config)
	}
	_, err = config.Parse("f", []byte(text+"  m: {plugin: lever, at_stop: keep, hours: 36}\n  n: {plugin: lever, hours: 36}\n"), 0o600)
	found, _ := err.(config.Diagnostics)
	if found.Summary() != "2 errors, 2 warnings" || found[0].Severity != config.Warning {
		t.Errorf("got %s:\n%v", found.Summary(), err)
	}
	file, err = config.Parse("f", []byte(text), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if got := file.Locate("plugins.l", plugins.OptionWarningf("at_stop", "it is not")); got.Summary() != "1 error" {
		t.Errorf("an instance that New refuses cannot run, but got %v", got)
	}
}
