"""Reading a whole catalog back, in small steps that a killed worker can resume.

session.py   one reading: catalog, run, options, counts, cursor; `save` notes progress and hears a cancel
pages.py     Meta's listing, page by page, with smaller pages where Meta asks for less and an end where it goes in circles
judging.py   a page against what we want: missing, different, extra
strangers.py a page's items that we did not send: made elsewhere under our SKU, duplicates, not ours
likeness.py  which product of ours an item under another id stands for (pure)
ledger.py    findings and sightings as rows, bounded
asking.py    the exact look-up that follows every finding before anything is done
brake.py     may so many items be removed without a person's word?
choices.py   what only a person decides: take over, remove what is not ours or twice there
phases.py    the order of it all
"""
