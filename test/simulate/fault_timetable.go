package simulate

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// timetable changes correct replies in ways in which the API is known to do it: they
// stay correct, but not every row of them is a departure for passengers.
type timetable struct {
	rng       *rand.Rand
	unboarded bool // rows of vehicles that nobody can board
	repeated  bool // rows that repeat others
	bare      int  // of how many replies the estimates are left out
	empty     bool // the next reply has no rows
	renumber  bool // the directions have other ids
}

// fault is the family. Each episode has one or more of the changes.
func (t *timetable) fault(w *World) fault {
	t.rng = w.rng("rows")
	return fault{
		name: "timetable", rests: 20 * time.Minute, lasts: 6 * time.Minute,
		begin: func(rng *rand.Rand) string {
			kinds := 1 + rng.IntN(31)
			t.unboarded, t.repeated, t.empty = kinds&1 != 0, kinds&2 != 0, kinds&4 != 0
			t.renumber = kinds&16 != 0
			if kinds&8 != 0 {
				t.bare = 1 + rng.IntN(6)
			}
			return fmt.Sprintf("not to be boarded: %v, repeated: %v, empty: %v, replies without estimates: %d, renumbered: %v", t.unboarded, t.repeated, t.empty, t.bare, t.renumber)
		},
		end: func() { *t = timetable{rng: t.rng} },
	}
}

// change returns a reply with the changes. Like the API it cuts each direction at
// max_results, whatever the rows are.
func (t *timetable) change(r *http.Request, reply []byte) []byte {
	var message map[string]any
	if !t.unboarded && !t.repeated && !t.empty && t.bare == 0 && !t.renumber || json.Unmarshal(reply, &message) != nil {
		return reply
	}
	list, ok := message["departures"].([]any)
	if !ok {
		return reply
	}
	runs, _ := message["runs"].(map[string]any)
	rows := []map[string]any{}
	for i, item := range list {
		row := item.(map[string]any)
		if t.unboarded && t.rng.IntN(3) == 0 {
			rows = append(rows, t.unboardedRow(i, row, runs))
		}
		repeats := t.repeated && t.rng.IntN(2) == 0
		if repeats && t.rng.IntN(2) == 0 {
			rows, repeats = append(rows, repeatedRow(row, runs)), false
		}
		if rows = append(rows, row); repeats {
			rows = append(rows, repeatedRow(row, runs))
		}
	}
	if t.empty {
		rows, t.empty = rows[:0], false
	}
	if t.bare > 0 {
		t.bare--
		for _, row := range rows {
			row["estimated_departure_utc"] = nil
		}
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	rows = firstInDirections(rows, limit)
	if directions, ok := message["directions"].(map[string]any); ok && t.renumber {
		rows = renumber(r, rows, directions)
	}
	message["departures"] = rows
	changed, err := json.Marshal(message)
	if err != nil {
		panic("simulate: encode reply: " + err.Error())
	}
	return changed
}

// unboardedRow returns the row of a vehicle that stops a minute before another one, but
// only sets passengers down or ends there.
func (t *timetable) unboardedRow(i int, row, runs map[string]any) map[string]any {
	row, run := copyRow(fmt.Sprint("unboarded-", i), row, runs)
	for _, key := range []string{"scheduled_departure_utc", "estimated_departure_utc"} {
		if at, err := time.Parse(time.RFC3339, fmt.Sprint(row[key])); err == nil {
			row[key] = at.Add(-time.Minute).Format(time.RFC3339)
		}
	}
	if t.rng.IntN(2) == 0 {
		row["flags"] = []string{"DOO", "DOO-RUN_7", "RRB-DOO"}[t.rng.IntN(3)]
		return row
	}
	run["final_stop_id"], run["destination_name"] = row["stop_id"], "Huntingdale"
	return row
}

// repeated is before the run of a row that repeats another.
const repeated = "repeated-"

// repeatedRow returns a second row of a vehicle, from the timetable and with another run.
func repeatedRow(row, runs map[string]any) map[string]any {
	row, _ = copyRow(repeated+fmt.Sprint(row["run_ref"]), row, runs)
	row["estimated_departure_utc"], row["at_platform"], row["platform_number"] = nil, false, nil
	return row
}

// copyRow returns copies of a row and its run, with a new run_ref, and adds the run.
func copyRow(ref string, row, runs map[string]any) (newRow, newRun map[string]any) {
	newRow, newRun = map[string]any{}, map[string]any{}
	maps.Copy(newRow, row)
	run, _ := runs[fmt.Sprint(row["run_ref"])].(map[string]any)
	maps.Copy(newRun, run)
	newRow["run_ref"], newRun["run_ref"], runs[ref] = ref, ref, newRun
	return newRow, newRun
}

// firstInDirections returns the first rows of each direction.
func firstInDirections(rows []map[string]any, limit int) []map[string]any {
	kept, inDirection := rows[:0], map[any]int{}
	for _, row := range rows {
		if direction := row["direction_id"]; inDirection[direction] < limit {
			inDirection[direction]++
			kept = append(kept, row)
		}
	}
	return kept
}
