package wires

import (
	"testing"
	"time"
)

// levels plays a script on paper: each line's levels, from Free on.
func levels(s Script) map[int][]Level {
	changes := map[int][]Level{}
	for _, step := range s {
		changes[step.Line] = append(changes[step.Line], step.Level)
	}
	return changes
}

func TestPressBounces(t *testing.T) {
	s := Press(17, 80*time.Millisecond)
	if d := s.Duration(); d != 130*time.Millisecond {
		t.Errorf("duration %v", d)
	}
	changes := levels(s)[17]
	half := len(changes) / 2
	if len(levels(s)) != 1 || half < 3 || changes[0] != Low || changes[half-1] != Low || changes[half] != Free || changes[len(changes)-1] != Free {
		t.Errorf("%v", changes)
	}
}

func TestTurnMovesOneContactAtATime(t *testing.T) {
	for detents, first := range map[int]int{3: 5, -3: 6} {
		s := Turn(5, 6, detents, 4*time.Millisecond)
		if d := s.Duration(); d != 3*4*4*time.Millisecond {
			t.Errorf("%d detents take %v", detents, d)
		}
		if s[0].Line != first || s[0].Level != Low {
			t.Errorf("%d detents begin with %v", detents, s[0])
		}
		for line, changes := range levels(s) {
			if last := changes[len(changes)-1]; last != Free {
				t.Errorf("line %d ends %v", line, last)
			}
		}
		for _, step := range s {
			if step.For <= 0 {
				t.Fatalf("a step without a wait: %v", step)
			}
		}
	}
}

func TestRestIsAtTheEnd(t *testing.T) {
	s := Press(17, 80*time.Millisecond)
	rested := s.Rest(time.Second)
	if rested.Duration()-s.Duration() != time.Second || rested[len(rested)-1].For != s[len(s)-1].For+time.Second {
		t.Errorf("%v, then %v", s, rested)
	}
}
