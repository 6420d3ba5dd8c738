package config

import (
	"cmp"
	"slices"
	"strings"
)

// claim is an instance's wish for a part of the board.
type claim struct {
	part, instance, path string
	at                   point
}

// checkClaims gives each part to the first that asks for it in the file. Which
// channel of which PWM chip is behind GPIO18 only the board at hand knows: that
// GPIO18 and pwmchip0/0 are one is found when the second of them is opened.
func (d *decoder) checkClaims(claims []claim) {
	slices.SortStableFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.column, b.at.column))
	})
	holders := map[string]claim{}
	for _, c := range claims {
		holder, taken := holders[c.part]
		if !taken {
			holders[c.part] = c
			continue
		}
		who := holder.instance
		if who == c.instance {
			who = strings.TrimPrefix(holder.path, "plugins.")
		}
		d.fault(c.at, c.path, "%s is in use by %s in line %d; give one of them another", c.part, who, holder.at.line)
	}
}
