package fakeserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// search answers /v3/search: the stops whose name or suburb holds the term.
func (p *PTV) search(w http.ResponseWriter, r *http.Request) {
	term, err := url.PathUnescape(r.PathValue("term")) // the second of its two escapes
	if err != nil {
		refuse(w, http.StatusBadRequest, "Bad Request (400): The search term cannot be read.")
		return
	}
	found := []stopJSON{}
	for _, stop := range ptvStops {
		if !strings.Contains(strings.ToLower(stop.name+"\n"+stop.suburb), strings.ToLower(term)) {
			continue
		}
		s := stop.json()
		for i := range ptvLines {
			route := ptvLines[i].route.json()
			if ptvLines[i].stop == stop && !slices.Contains(s.Routes, route) {
				s.Routes = append(s.Routes, route)
			}
		}
		found = append(found, s)
	}
	answer(w, http.StatusOK, map[string]any{"stops": found, "routes": []any{}, "outlets": []any{}, "status": healthy})
}

// directions answers /v3/directions/route.
func (p *PTV) directions(w http.ResponseWriter, r *http.Request) {
	found := []directionJSON{}
	for i := range ptvLines {
		l := &ptvLines[i]
		direction := directionJSON{l.direction.id, l.direction.name, l.route.id, l.route.routeType}
		if is(r.PathValue("route"), l.route.id) && !slices.Contains(found, direction) {
			found = append(found, direction)
		}
	}
	answer(w, http.StatusOK, map[string]any{"directions": found, "status": healthy})
}
