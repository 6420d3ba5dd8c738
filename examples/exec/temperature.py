#!/usr/bin/env python3
"""Publishes the temperature of the processor, which the kernel tells, as a reading.

A program for the plugin exec of ptvd; see docs/exec.md. It needs Python's standard
library only.
"""

import hashlib
import json
import select
import sys

MANIFEST = json.dumps({
    "doc": "publishes the temperature of the processor",
    "options": {
        "every": {"type": "duration", "doc": "how often it is read", "default": "10s", "min": "1s", "max": "1h"},
        "file": {"type": "text", "doc": "where the kernel tells it, in thousandths of a degree",
                 "default": "/sys/class/thermal/thermal_zone0/temp"},
    },
    "topics": {
        "temperature": {"type": "reading", "class": "state", "max_age_s": 7200, "doc": "the temperature of the processor"},
    },
    "actions": {"measure": {"doc": "reads it now"}},
}, indent=2) + "\n"


def tell(**line):
    print(json.dumps(line), flush=True)


def measure(path):
    try:
        with open(path, encoding="ascii") as file:
            celsius = int(file.read()) / 1000
    except (OSError, ValueError) as error:
        tell(health={"degraded": str(error)})
        return
    tell(value={"topic": "temperature", "value": {"value": celsius, "unit": "°C"}})
    tell(health={})


def main():
    options = json.loads(sys.stdin.readline())["config"]["options"]
    tell(hello={"manifest": hashlib.sha256(MANIFEST.encode()).hexdigest()})
    while True:
        measure(options["file"])
        # A line is there as a whole, since ptvd writes it at once.
        if not select.select([sys.stdin], [], [], options["every"])[0]:
            continue
        line = sys.stdin.readline()
        if not line or "stop" in json.loads(line):
            return


if sys.argv[1:] == ["--manifest"]:
    print(MANIFEST, end="")
else:
    main()
