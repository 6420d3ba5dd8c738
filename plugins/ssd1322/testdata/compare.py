# Shows the 8-bit grey pictures of 256x64 in a file with luma.oled, and prints the CPU
# time that this took, in seconds, as JSON.
import json
import sys
import time

import luma.oled
from luma.core.interface.serial import noop
from luma.oled.device import ssd1322
from PIL import Image

with open(sys.argv[1], "rb") as f:
    raw = f.read()
device = ssd1322(noop())
size = device.width * device.height
pictures = [
    Image.frombytes("L", device.size, raw[i : i + size]).convert(device.mode)
    for i in range(0, len(raw), size)
]
start = time.process_time()
for picture in pictures:
    device.display(picture)
print(json.dumps({"cpu": time.process_time() - start, "version": luma.oled.__version__}))
