# A board as one writes it in Python: departures every 30 s from the address in the
# argument, and their minutes on four MAX7219, drawn ten times a second as in luma's
# examples; a button that turns the page, and a lamp that follows a rotary encoder, which
# is looked at every 5 ms while it turns, and as often as the second argument says, in
# seconds, while it rests. SPI port and pins are those that luma and gpiozero have for tests.
import asyncio
import datetime
import os
import sys

os.environ["GPIOZERO_PIN_FACTORY"] = "mock"

import aiohttp
from gpiozero import Button, Device, PWMLED, RotaryEncoder
from gpiozero.pins.mock import MockFactory, MockPWMPin
from luma.core.interface.serial import noop
from luma.core.legacy import text
from luma.core.legacy.font import LCD_FONT, proportional
from luma.core.render import canvas
from luma.led_matrix.device import max7219

Device.pin_factory = MockFactory(pin_class=MockPWMPin)


class Board:
    def __init__(self):
        self.departures = []
        self.page = 0
        self.panel = max7219(noop(), cascaded=4, block_orientation=-90)
        self.lamp = PWMLED(18)
        self.encoder = RotaryEncoder(5, 6, max_steps=100)
        self.button = Button(17, bounce_time=0.01)
        self.button.when_pressed = self.turn

    def turn(self):
        self.page = 1 - self.page

    async def fetch(self):
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(sys.argv[1]) as reply:
                    rows = (await reply.json(content_type=None))["departures"]
                self.departures = [
                    datetime.datetime.fromisoformat(
                        row["estimated_departure_utc"] or row["scheduled_departure_utc"]
                    )
                    for row in rows
                ]
                await asyncio.sleep(30)

    def words(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        if self.page == 1:
            return now.strftime("%H:%M")
        left = [int((at - now).total_seconds() // 60) for at in self.departures]
        return " ".join("%2d" % m for m in left if m >= 0)[:5]

    async def show(self):
        while True:
            with canvas(self.panel) as draw:
                text(draw, (0, 0), self.words(), fill="white", font=proportional(LCD_FONT))
            await asyncio.sleep(0.1)

    async def fade(self):
        level = 0.5
        while True:
            goal = (self.encoder.steps + 100) / 200
            if level != goal:
                level += max(-0.005, min(0.005, goal - level))
                self.lamp.value = level
            await asyncio.sleep(float(sys.argv[2]) if level == goal else 0.005)

    async def run(self):
        await asyncio.gather(self.fetch(), self.show(), self.fade())


asyncio.run(Board().run())
