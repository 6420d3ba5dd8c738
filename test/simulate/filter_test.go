package simulate

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/panel/font"
)

func TestOracleAcceptsFilterOnlyWhereItMatchesNothing(t *testing.T) {
	const (
		none = `{"departures": []}`
		some = `{"departures": [{"direction_id": 1}, {"direction_id": 10}]}`
		page = "Filter? directions 77 match nothing at this stop; there are "
	)
	for name, c := range map[string]struct {
		filter  string
		replies []string // to requests with the filter and, after a bar, without
		shows   string   // words in the middle, or a text that scrolls
		want    string   // part of the failure
	}{
		"Filter? of a wrong filter":            {wrongDirection, []string{none, none, "|" + some}, "Filter?", ""},
		"No more of a wrong filter":            {wrongDirection, []string{none, none, "|" + some}, "No more", "the filter matches nothing"},
		"No more of it where nothing leaves":   {wrongDirection, []string{none, none, "|" + none}, "No more", ""},
		"the ids that occur":                   {wrongDirection, []string{none, none, "|" + some}, page + "1, 10", ""},
		"an id that does not occur":            {wrongDirection, []string{none, none, "|" + some}, page + "1, 7", "the filter matches nothing"},
		"another filter":                       {wrongDirection, []string{none, none, "|" + some}, "Filter? routes", "the filter matches nothing"},
		"Filter? of one whose ids did occur":   {"1", []string{some, none, none}, "Filter?", `"No more"`},
		"No more of one whose ids did occur":   {"1", []string{some, none, none}, "No more", ""},
		"Filter? of one that may be forgotten": {"1", []string{none, none}, "Filter?", ""},
		"Filter? without a filter":             {"", []string{none, none}, "Filter?", `"No more"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1, time.Hour)
			w.config.walk, w.config.period, w.config.width, w.config.rows = 0, 30*time.Second, 32, 2
			w.config.stop, w.config.directions, w.config.filter = trainStop, c.filter, "1"
			o := w.oracle
			o.boot()
			o.timeReplies, o.syncedBy = 3, 0
			w.pass(time.Minute)
			header := http.Header{"Date": {w.now().UTC().Format(http.TimeFormat)}}
			for _, body := range c.replies {
				url := "/?max_results=10&direction_id=" + c.filter
				if unfiltered, ok := strings.CutPrefix(body, "|"); ok {
					url, body = "/?max_results=10", unfiltered
				}
				w.pass(time.Second)
				o.replyRead(httptest.NewRequest(http.MethodGet, url, nil), newResponse(http.StatusOK, header, []byte(body)), true, true)
			}
			p := centered(font.Text, 32, c.shows)
			if font.Text.Width(c.shows) > 32 { // at its end
				p = drawn(font.Text, 32-font.Text.Width(c.shows), 32, c.shows)
			}
			w.pass(time.Second)
			o.shown = p
			o.judge(read(p))
			if got := strings.Join(w.Failures, "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("failures %q, want one with %q", got, c.want)
			}
		})
	}
}
