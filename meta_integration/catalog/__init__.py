"""The sync engine. docs/architecture.md draws the journey; each module's first lines say which step it is.

Pure (no Django, no clock): currencies, items, eligibility, record, payload, decide, compare.
"""
