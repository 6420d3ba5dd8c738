#!/bin/sh
# usage: cost.sh PROGRAM [TIMES [SECONDS]]
# What the plugin mqtt costs while nothing happens: PROGRAM runs on a simulated board with
# and without it, in turns. In the seconds, the process's context switches and the loop's
# wake-ups are counted; one of the wake-ups is the question itself.
set -e
program=$(realpath "$1") times=${2:-5} seconds=${3:-65}
cd "$(mktemp -d)"
printf 'listener 18893 127.0.0.1\nallow_anonymous true\nuser root\n' >mosquitto.conf
PATH=$PATH:/usr/sbin mosquitto -c mosquitto.conf 2>/dev/null & broker=$!
trap 'kill $broker' EXIT
cat >without.yaml <<END
timezone: Europe/Prague
board: sim
http: {listen: 127.0.0.1:18894}
plugins:
  lamp: {plugin: fade, output: GPIO18}
  bell: {plugin: button, pin: GPIO17, on_click: lamp.toggle}
END
{ cat without.yaml; echo "  home: {plugin: mqtt, broker: 'mqtt://127.0.0.1:18893', prefix: ptvd/hall, home_assistant: true}"; } >with.yaml

status() { cat /proc/"$1"/task/*/status | awk -v key="$2:" '$1 == key { n += $2 } END { print n }'; }
wakeups() { curl -s http://127.0.0.1:18894/api/state | grep -o '"wakeups":[0-9]*' | cut -d: -f2; }

for _ in $(seq "$times"); do
	for which in without with; do
		STATE_DIRECTORY=$PWD/$which "$program" run --config $which.yaml 2>/dev/null & ptvd=$!
		sleep 8
		woken=$(wakeups) switched=$(status $ptvd voluntary_ctxt_switches)
		sleep "$seconds"
		switched=$(($(status $ptvd voluntary_ctxt_switches) - switched)) woken=$(($(wakeups) - woken))
		echo "$which: $(awk '/VmRSS|RssAnon/ { printf "%s %s kB, ", $1, $2 }' /proc/$ptvd/status)$switched context switches, $woken wake-ups of the loop"
		kill $ptvd
		wait $ptvd || true
	done
done
