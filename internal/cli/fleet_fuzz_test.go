package cli

import (
	"io"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/mqtt"
)

func FuzzWhateverABrokerRetainsIsABoardOrLeftOut(f *testing.F) {
	f.Add("ptvd/hall/trains/departures", []byte(`{"instance":"trains","topic":"departures","type":"departures","max_age_s":300,"value":{}}`), int64(time.Minute))
	f.Add("ptvd/hall/home/health", []byte(`{"instance":"home","type":"health","value":{"condition":"burning"}}`), int64(0))
	f.Add("ptvd/hall/panel/text", []byte(`{"instance":"panel","type":"text","value":"\u001b[2J"}`), int64(0))
	f.Add("ptvd/hall/about", []byte(`[]`), int64(0))
	f.Add("status", []byte(`online`), int64(0))
	f.Fuzz(func(t *testing.T, topic string, payload []byte, left int64) {
		boards := boardsOf([]mqtt.Message{
			{Topic: "ptvd/hall/status", Payload: []byte("online")},
			{Topic: topic, Payload: payload, Left: time.Duration(left)},
		})
		var out strings.Builder
		if err := printBoards(&out, boards); err != nil {
			t.Error(err)
		}
		for _, b := range boards {
			if b.problem() < 0 {
				t.Errorf("%s has the health %q", b.Board, b.Health)
			}
		}
		if strings.ContainsAny(out.String(), "\x1b\r\a") {
			t.Errorf("it prints %q", out.String())
		}
		if err := printJSON(io.Discard, boards); err != nil {
			t.Error(err)
		}
	})
}

func TestTheAgeOfABoardIsThatOfDeparturesAndNotOfASourceThatHasNone(t *testing.T) {
	board := boardsOf([]mqtt.Message{
		{Topic: "ptvd/hall/status", Payload: []byte("online")},
		{Topic: "ptvd/hall/shared/departures", Payload: []byte(`{"instance":"shared","type":"departures","max_age_s":300,"value":{"freshness":"fresh"}}`), Left: 290 * time.Second},
		{Topic: "ptvd/hall/trains/departures", Payload: []byte(`{"instance":"trains","type":"departures","max_age_s":300,"value":{"freshness":"none"}}`), Left: 30 * time.Second},
	})[0]
	if board.Age == nil || *board.Age != 10 {
		t.Errorf("its age is %v", board.Age)
	}
}
