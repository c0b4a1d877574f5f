"""What a plan to take something back leaves as it is. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Something that stays as it is, and why. field: the column it is about ("" = the whole row). by: filled in from the history."""

    product_id: int
    entity: str
    entity_id: int
    field: str
    code: str
    message: str
