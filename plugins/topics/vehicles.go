package topics

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Distinct returns one departure for each vehicle, in order.
//
// Rows are of one vehicle if they are scheduled in the same minute, for the same
// destination, on the same line (or on a "combined" one that names it) and not on
// another platform or of another mode. The row with real time stays.
func Distinct(list []Departure) (unique []Departure) {
	rows := make([]Offer, 0, len(list))
	for _, d := range list {
		rows = append(rows, Offer{Departure: d})
	}
	for _, row := range distinct(rows) {
		unique = append(unique, row.Departure)
	}
	return unique
}

func distinct(list []Offer) (unique []Offer) {
	inMinute := map[int64][]int{} // the indexes in unique, by when they are scheduled
	for _, d := range list {
		minute := d.Scheduled.Truncate(time.Minute).Unix()
		same := slices.IndexFunc(inMinute[minute], func(i int) bool { return sameVehicle(d, unique[i]) })
		if same < 0 {
			inMinute[minute] = append(inMinute[minute], len(unique))
			unique = append(unique, d)
		} else if i := inMinute[minute][same]; better(d, unique[i]) {
			unique[i] = d
		}
	}
	slices.SortStableFunc(unique, func(a, b Offer) int {
		return cmp.Or(a.When().Compare(b.When()), a.Scheduled.Compare(b.Scheduled))
	})
	return unique
}

// sameVehicle tells whether two rows that are scheduled in the same minute are of one
// vehicle. Two sources write names in their own ways, and may differ in all the rest, but
// a train is not the bus that replaces another one.
func sameVehicle(a, b Offer) bool {
	const close = time.Minute // two estimates of one vehicle
	if a.At != b.At {
		return alike(a.At.Stop, b.At.Stop) && alike(a.Destination, b.Destination) && alike(a.line(), b.line()) && a.isBus() == b.isBus()
	}
	return strings.EqualFold(a.Destination, b.Destination) &&
		(a.Cancelled == b.Cancelled || repeats(a.Departure, b.Departure) || repeats(b.Departure, a.Departure)) && a.ReplacedByBus == b.ReplacedByBus &&
		(a.Platform == b.Platform || a.Platform == "" || b.Platform == "") &&
		(a.Mode == b.Mode || a.Mode == "" || b.Mode == "") &&
		(!a.Live() || !b.Live() || a.Estimated.Sub(b.Estimated).Abs() <= close) &&
		sameLine(a.Departure, b.Departure)
}

func (d Departure) isBus() bool { return d.ReplacedByBus || d.Mode == "bus" }

// alike tells whether two sources mean the same by two names: one is the beginning of the
// other, in whole words, as Huntingdale is of Huntingdale Station.
func alike(a, b string) bool {
	a, b = plain(a), plain(b)
	rest, begins := strings.CutPrefix(b, a)
	if len(a) > len(b) {
		rest, begins = strings.CutPrefix(a, b)
	}
	return begins && (rest == "" || a != "" && b != "" && strings.ContainsAny(rest[:1], " ,/(-"))
}

func sameLine(a, b Departure) bool {
	if a.Number == b.Number {
		return a.Number != "" || a.Route == b.Route
	}
	return combined(a) && names(a.Number, b.Number) || combined(b) && names(b.Number, a.Number)
}

// combined tells whether a line stands for several: "802-804-862 combined".
func combined(d Departure) bool {
	return strings.Contains(strings.ToLower(d.Number), "combined")
}

func names(combined, number string) bool {
	isSeparator := func(r rune) bool { return r == '-' || r == ' ' || r == '/' }
	return slices.Contains(strings.FieldsFunc(combined, isSeparator), number)
}

// repeats tells whether a row of a combined line, which may not know that the run was
// cancelled, stands for another row.
func repeats(a, other Departure) bool {
	return combined(a) && !combined(other) && !a.Live()
}

// better tells whether a row is to be kept in place of another one of the same vehicle.
// Where two sources disagree whether it runs, only real time is proof that it does.
func better(d, than Offer) bool {
	if d.Cancelled != than.Cancelled {
		if d.At != than.At {
			return d.Cancelled && !than.Live() || d.Live()
		}
		return combined(than.Departure)
	}
	if d.Live() != than.Live() {
		return d.Live()
	}
	if known := !d.Estimated.IsZero(); known == than.Estimated.IsZero() {
		return known
	}
	return combined(than.Departure) && !combined(d.Departure)
}
