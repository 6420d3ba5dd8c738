"""A period of 10 ms for 10 s in CPython's asyncio: how late its ticks are."""

import asyncio
import resource
import sys

TICKS, PERIOD = 1000, 0.010


async def main():
    loop = asyncio.get_running_loop()
    late = []
    start = loop.time()
    for i in range(TICKS):
        due = start + (i + 1) * PERIOD
        await asyncio.sleep(due - loop.time())
        late.append((loop.time() - due) * 1e6)
    return sorted(late)


late = asyncio.run(main())
use = resource.getrusage(resource.RUSAGE_SELF)
print(
    f"asyncio {sys.version.split()[0]}: p50 {late[TICKS // 2]:.0f}, p99 {late[TICKS * 99 // 100]:.0f}, "
    f"max {late[-1]:.0f} µs late, {use.ru_nvcsw / TICKS:.2f} sleeps a tick"
)
