package web

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestInvalidCommandIsRefused(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	for body, want := range map[string]int{
		`{"do":"call","action":"bell.press"}`:                     204,
		`{"do":"call","action":"lamp.set","arg":"40%"}`:           204,
		`{"do":"call","action":"lamp.up","times":20}`:             204,
		`{"do":"call","action":"lamp.up","times":21}`:             400,
		`{"do":"call","action":"lamp.up","times":-1}`:             400,
		`{"do":"call","action":"lamp.up","times":0.5}`:            400,
		`{"do":"press","name":"bell"}`:                            400,
		`{"do":"call","actoin":"bell.press"}`:                     400,
		`{"do":"call"}{"do":"call"}`:                              400,
		`{"do":"break","name":"` + strings.Repeat("x", 65) + `"}`: 400,
		`{"do":`: 400,
		``:       400,
	} {
		if w := ask(s, "POST", "/api/do", body); w.Code != want {
			t.Errorf("%s: status %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	b.wrong = errors.New("there is no such fault")
	if w := ask(s, "POST", "/api/do", `{"do":"break","name":"x"}`); w.Code != 409 || w.Body.String() != "there is no such fault\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte(`{"do":"call","action":"lamp.set","arg":"40%","times":20}`))
	f.Add([]byte(`{"do":"speed","amount":1e308}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := readCommand(strings.NewReader(string(body)))
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readCommand(strings.NewReader(string(again))); err != nil || got != c {
			t.Errorf("%s: %+v became %+v (%v)", body, c, got, err)
		}
	})
}
