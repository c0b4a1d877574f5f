"""What a look found, before it is written down; and when to look again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.retry import CATALOG_DELAYS
from products_and_services.models.pictures import PictureStatus

DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Columns of PictureFacts. bytes: as announced or counted; reason: why it could not be looked at, in words."""

    status: PictureStatus
    http_status: int | None = None
    format: str = ""
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    jpeg_name: str = ""
    reason: str = ""

    @property
    def speaks_of_host(self) -> bool:
        """No answer, "later" or a server's error: it says more about the host than about this picture."""
        return self.status == PictureStatus.UNREACHABLE and (self.http_status is None or self.http_status == 429 or self.http_status >= 500)

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def next_look(status: str, failures: int, now: datetime) -> datetime | None:
    """Never again once it was good: its address stands for this very picture. After failure 1, 2 ..: 5, 15, 45, 135 minutes, then daily."""
    if status == PictureStatus.OK:
        return None
    return now + (CATALOG_DELAYS[failures - 1] if 0 < failures <= len(CATALOG_DELAYS) else DAILY)
