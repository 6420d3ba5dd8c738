"""A turn of one of n tasks in CPython's asyncio: sleep(0) to resumed."""

import asyncio
import sys
import time


async def main(n, turns):
    async def task():
        for _ in range(turns // n):
            await asyncio.sleep(0)

    start = time.perf_counter()
    await asyncio.gather(*(task() for _ in range(n)))
    return (time.perf_counter() - start) / (turns // n * n) * 1e9


for n in (1, 10, 1000, 100_000):
    best = min(asyncio.run(main(n, 300_000)) for _ in range(5))
    print(f"asyncio {sys.version.split()[0]}: {n} tasks, {best:.0f} ns a turn")
