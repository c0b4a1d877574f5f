"""Product pictures drawn on the spot, so that the demo needs no files and no network. 640 x 640 JPEG."""

import hashlib
import io
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = 640
Draw = Callable[[ImageDraw.ImageDraw, tuple[int, int, int]], None]


def draw_picture(motif: str, seed: str) -> bytes:
    """A JPEG of the motif (panel, inverter, battery, lamp, cable, pizza, drink, dessert); the seed varies its colours."""
    tint = hashlib.sha256(seed.encode()).digest()
    background = (215 + tint[0] % 40, 215 + tint[1] % 40, 215 + tint[2] % 40)
    image = Image.new("RGB", (SIZE, SIZE), background)
    pen = ImageDraw.Draw(image)
    pen.ellipse((90, 520, 550, 580), fill=tuple(part - 30 for part in background))
    MOTIFS[motif](pen, (40 + tint[3] % 150, 60 + tint[4] % 120, 60 + tint[5] % 150))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _panel(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.polygon([(150, 130), (490, 130), (550, 530), (90, 530)], fill=(28, 52, 92), outline=(210, 210, 215), width=10)
    for step in range(1, 6):
        pen.line([(150 + step * 57, 130), (90 + step * 77, 530)], fill=(120, 150, 190), width=3)
        pen.line([(150 - step * 10, 130 + step * 67), (490 + step * 10, 130 + step * 67)], fill=(120, 150, 190), width=3)


def _inverter(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.rounded_rectangle((170, 110, 470, 530), 28, fill=(245, 245, 245), outline=(150, 150, 150), width=5)
    pen.rounded_rectangle((215, 160, 425, 270), 12, fill=colour)
    pen.line([(235, 215), (280, 180), (320, 250), (365, 190), (405, 215)], fill=(255, 255, 255), width=7)
    for index in range(3):
        pen.ellipse((235 + index * 70, 320, 265 + index * 70, 350), fill=(70, 170, 90) if index == 0 else (200, 200, 200))
    pen.rectangle((230, 420, 410, 500), fill=(220, 220, 220))


def _battery(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.rectangle((240, 120, 290, 170), fill=(90, 90, 90))
    pen.rectangle((350, 120, 400, 170), fill=(190, 60, 50))
    pen.rounded_rectangle((140, 170, 500, 530), 22, fill=colour, outline=(30, 30, 30), width=6)
    for index in range(4):
        pen.rounded_rectangle((180, 440 - index * 70, 460, 490 - index * 70), 8, fill=(120, 210, 120) if index < 3 else (80, 90, 80))


def _lamp(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.polygon([(220, 130), (420, 130), (500, 330), (140, 330)], fill=colour)
    pen.ellipse((250, 290, 390, 430), fill=(255, 235, 150), outline=(220, 190, 90), width=5)
    pen.rectangle((305, 430, 335, 540), fill=(110, 110, 110))


def _cable(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    for ring in range(6):
        pen.ellipse((130 + ring * 22, 150 + ring * 22, 510 - ring * 22, 530 - ring * 22), outline=colour, width=12)


def _pizza(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.ellipse((110, 110, 530, 530), fill=(205, 145, 80))
    pen.ellipse((145, 145, 495, 495), fill=(238, 196, 92))
    for x, y in ((230, 230), (390, 220), (300, 330), (220, 400), (410, 380), (320, 180), (310, 440)):
        pen.ellipse((x - 34, y - 34, x + 34, y + 34), fill=(190, 50 + colour[1] % 60, 40))
    for x, y in ((270, 280), (360, 300), (260, 350), (350, 410)):
        pen.ellipse((x - 14, y - 9, x + 14, y + 9), fill=(60, 130 + colour[2] % 60, 60))


def _drink(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.rectangle((285, 110, 355, 210), fill=colour)
    pen.rounded_rectangle((235, 200, 405, 540), 34, fill=colour)
    pen.rectangle((235, 310, 405, 430), fill=(250, 250, 245))


def _dessert(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
    pen.polygon([(200, 330), (440, 330), (390, 540), (250, 540)], fill=(225, 225, 235), outline=(170, 170, 180))
    for box, fill in (((190, 210, 330, 350), (250, 220, 190)), ((310, 210, 450, 350), colour), ((250, 140, 390, 280), (255, 245, 235))):
        pen.ellipse(box, fill=fill)


MOTIFS: dict[str, Draw] = {
    "panel": _panel, "inverter": _inverter, "battery": _battery, "lamp": _lamp, "cable": _cable,
    "pizza": _pizza, "drink": _drink, "dessert": _dessert,
}  # fmt: skip
