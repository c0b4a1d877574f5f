"""Hints: products of a shop of which somebody says that they may have changed. Each is asked for anew; what a hint says counts for nothing.

noting.py      whoever knows of one notes it: deliveries of the shop, looks at it, people
refreshing.py  a worker's turn at what was noted
"""

from integrations.hints.noting import TASK, note

__all__ = ["TASK", "note"]
