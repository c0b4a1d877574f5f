"""Product pictures drawn on the spot: no files, no network. 800 x 800 PNG, always the same for the same name."""

import hashlib
import io
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

SIZE = 800
Colour = tuple[int, int, int]
Draw = Callable[[ImageDraw.ImageDraw, Colour], None]
_COLOURS: dict[str, Colour] = {
    "black": (45, 45, 48), "white": (244, 242, 236), "red": (186, 52, 46), "blue": (44, 92, 160), "green": (64, 124, 74),
    "yellow": (226, 178, 60), "grey": (140, 144, 148), "brown": (128, 84, 52), "brass": (190, 150, 70), "pink": (214, 130, 150),
}  # fmt: skip
_DARK: Colour = (70, 66, 62)


@lru_cache(maxsize=64)
def draw_picture(name: str) -> bytes:
    """A PNG. Words of the name choose the motif ("mug", "shirt", ..) and the colour ("blue", ..); everything else varies the shades."""
    words = name.lower().split("-")
    tint = hashlib.sha256(name.encode()).digest()
    back = (228 + tint[0] % 24, 228 + tint[1] % 24, 226 + tint[2] % 24)
    own = (60 + tint[3] % 140, 60 + tint[4] % 120, 60 + tint[5] % 130)
    image = Image.new("RGB", (SIZE, SIZE), back)
    pen = ImageDraw.Draw(image)
    pen.ellipse((130, 640, 670, 720), fill=(back[0] - 26, back[1] - 26, back[2] - 26))
    motif = next((MOTIFS[word] for word in words if word in MOTIFS), _box)
    motif(pen, next((_COLOURS[word] for word in words if word in _COLOURS), own))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _box(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.rounded_rectangle((200, 240, 600, 680), 18, fill=colour, outline=_DARK, width=5)
    pen.rectangle((360, 240, 440, 680), fill=(250, 246, 236))
    pen.line([(200, 340), (600, 340)], fill=_DARK, width=5)


def _mug(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.ellipse((480, 340, 660, 560), outline=colour, width=38)
    pen.rounded_rectangle((200, 260, 540, 680), 46, fill=colour)
    pen.ellipse((200, 230, 540, 300), fill=(250, 250, 250), outline=colour, width=12)


def _bottle(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.rectangle((345, 120, 455, 190), fill=_DARK)
    pen.rectangle((360, 190, 440, 300), fill=colour)
    pen.rounded_rectangle((280, 280, 520, 680), 50, fill=colour)
    pen.rectangle((280, 420, 520, 570), fill=(252, 248, 236))


def _shirt(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.polygon(
        [(280, 190), (520, 190), (680, 320), (600, 410), (540, 360), (540, 680), (260, 680), (260, 360), (200, 410), (120, 320)],
        fill=colour,
    )
    pen.ellipse((340, 150, 460, 240), fill=(232, 232, 230))


def _lamp(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.polygon([(290, 160), (510, 160), (600, 400), (200, 400)], fill=colour)
    pen.ellipse((340, 370, 460, 460), fill=(255, 236, 160))
    pen.rectangle((386, 450, 414, 660), fill=_DARK)
    pen.rounded_rectangle((290, 650, 510, 690), 18, fill=_DARK)


def _pan(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.rounded_rectangle((520, 400, 740, 450), 22, fill=_DARK)
    pen.ellipse((120, 220, 580, 680), fill=colour, outline=_DARK, width=10)
    pen.ellipse((180, 280, 520, 620), fill=(90, 92, 96))


def _plant(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    for box in ((210, 200, 410, 440), (390, 180, 590, 430), (310, 110, 490, 400)):
        pen.ellipse(box, fill=(72, 134, 80))
    pen.polygon([(240, 420), (560, 420), (510, 690), (290, 690)], fill=colour)


def _book(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.polygon([(220, 180), (560, 150), (610, 650), (270, 690)], fill=colour, outline=_DARK, width=5)
    pen.polygon([(560, 150), (600, 180), (648, 640), (610, 650)], fill=(250, 248, 238))
    pen.line([(290, 300), (520, 280)], fill=(250, 248, 238), width=14)


def _sock(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.polygon([(300, 130), (470, 130), (470, 450), (640, 570), (600, 680), (440, 690), (300, 560)], fill=colour)
    pen.rectangle((300, 130, 470, 200), fill=(246, 242, 232))


def _ball(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.ellipse((170, 190, 650, 670), fill=colour)
    for step in range(5):
        pen.arc((170 + step * 44, 190, 650 - step * 44, 670), 0, 360, fill=(250, 250, 246), width=7)


def _clock(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.ellipse((170, 170, 630, 630), fill=(252, 250, 244), outline=colour, width=34)
    pen.line([(400, 400), (400, 250)], fill=_DARK, width=14)
    pen.line([(400, 400), (500, 450)], fill=_DARK, width=14)


def _bag(pen: ImageDraw.ImageDraw, colour: Colour) -> None:
    pen.arc((290, 140, 510, 460), 180, 360, fill=_DARK, width=22)
    pen.polygon([(210, 300), (590, 300), (630, 690), (170, 690)], fill=colour)


MOTIFS: dict[str, Draw] = {
    "box": _box, "mug": _mug, "bottle": _bottle, "shirt": _shirt, "lamp": _lamp, "pan": _pan, "plant": _plant, "book": _book,
    "sock": _sock, "ball": _ball, "clock": _clock, "bag": _bag,
}  # fmt: skip
