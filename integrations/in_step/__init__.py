"""Between two imports: what keeps the products as the shop has them, minute by minute. Everything comes in through importing/.

watches.py   the rows that say when a shop is asked next, and what came of it
turns.py     a worker's turn at one of them: claimed, bounded in time, its errors made into waiting
writing.py   an answer comes in, with evidence only where something was written or told
changes.py   what was changed in the shop since the last time
glances.py   a cheap look over all products: what differs becomes a hint (hints/)
strangers.py what a look finds that is not ours: asked for once, not with every look
asking.py    somebody wants to know now what was changed
sweep.py     every minute: whose turn it is
"""
