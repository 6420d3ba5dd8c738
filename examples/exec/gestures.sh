#!/bin/sh
# Counts the gestures of a button, and toggles a lamp at every tenth. A program for the
# plugin exec of ptvd; see docs/exec.md. It needs a POSIX shell and sha256sum.
manifest='{
  "doc": "counts the gestures of a button, and toggles a lamp at every tenth",
  "topics": {"count": {"type": "reading", "class": "state", "doc": "the gestures since the start"}},
  "actions": {"reset": {"doc": "begins to count anew"}}
}'
if [ "$1" = --manifest ]; then
	printf '%s\n' "$manifest"
	exit
fi

count=0
publish() { printf '{"value": {"topic": "count", "value": {"value": %d}}}\n' "$count"; }

read -r config
digest=$(printf '%s\n' "$manifest" | sha256sum)
printf '{"hello": {"manifest": "%s"}}\n' "${digest%% *}"
publish
while read -r line; do
	case $line in
	'{"value":'*'"type":"gesture"'*)
		count=$((count + 1))
		publish
		if [ $((count % 10)) = 0 ]; then
			echo '{"call": {"action": "lamp.toggle"}}'
		fi
		;;
	'{"call":{"action":"reset"'*)
		count=0
		publish
		;;
	'{"stop":'*) exit ;;
	esac
done
