"""Python's garbage collector in processes that build thousands of rows at a time."""

import gc

YOUNG, MIDDLE, OLD = 50_000, 5, 2


def calm_collector() -> None:
    """Looks for cycles after 50,000 new objects instead of 700, at the older ones each tenth time, and no more at what lived before.

    Our rows, records and JSON make no cycles: counting references frees them at once. Searching them for cycles at every 700 objects
    was a quarter of a worker's time in a large round; waiting costs some ten megabytes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
