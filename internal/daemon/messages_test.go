package daemon_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	_ "ptvd/plugins/display"
	_ "ptvd/plugins/max7219"
)

const panel = "panel: {plugin: display, device: {max7219: {spi: SPI0.0}}, pages: [clock]}"

// request makes a request for a message.
func request(t *testing.T, method, url, body string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSpace(string(said))
}

func TestMessagesReachThePanelAndAreRefusedWithTheirReason(t *testing.T) {
	withPage(t, ", remote_control: true", func(address string) {
		notifications := address + "/api/v1/notifications"
		for _, c := range []struct {
			method, url, body string
			status            int
			text              string
		}{
			{"POST", notifications, `{"text": "Ring!", "name": "bell", "hold": true}`, 204, ""},
			{"PUT", address + "/api/v1/apps/pushed/bins", "Bins out", 204, ""},
			{"POST", notifications, `{"text": "Ring!", "icon": 5}`, 422, "panel.show: unknown key icon; there are text, name, priority, durationMs, repeat, hold, stack, wakeup and lifetimeMs"},
			{"POST", notifications, "", 422, "panel.show needs an argument: a text, or JSON with text, name, priority, durationMs, repeat, hold, stack, wakeup and lifetimeMs"},
			{"DELETE", notifications + "/bell", "", 204, ""},
			{"DELETE", notifications, "", 204, ""},
			{"DELETE", address + "/api/v1/apps/pushed/bins", "", 204, ""},
		} {
			if status, text := request(t, c.method, c.url, c.body); status != c.status || text != c.text {
				t.Errorf("%s %s %s: %d %s", c.method, c.url, c.body, status, text)
			}
		}
		for range 16 {
			request(t, "POST", notifications, "Ring!")
		}
		if status, text := request(t, "POST", notifications, "Ring!"); status != 507 {
			t.Errorf("a message too many: %d %s", status, text)
		}
	}, panel)
}

func TestMessagesNeedRemoteControl(t *testing.T) {
	withPage(t, "", func(address string) {
		if status, text := request(t, "POST", address+"/api/v1/notifications", "Ring!"); status != 409 || !strings.Contains(text, "remote control is disabled") {
			t.Errorf("%d %s", status, text)
		}
	}, panel)
}
