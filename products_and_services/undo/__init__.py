"""Taking changes back: a version of a product, or everything a run did.

steps.py     what a plan consists of (pure)
versions.py  the state of a product at a version, and the steps that lead there (pure)
runs.py      what a run did on the whole, and the steps that take it back (pure)
stored.py    rows of the database as such states, and back
checks.py    what cannot be restored, and why
writing.py   carries steps out: rows, SKUs, history and announcement together
restore.py   "Restore this version"
rollback.py  "Roll back": a Run of kind rollback
words.py     differences as people read them
"""
