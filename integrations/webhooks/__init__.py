"""What shops tell us by themselves.

views.py, intake.py   one delivery: verified, stored once, turned into hints (hints.py fetches again what they name)
replaying.py          a stored delivery taken once more
asking.py             when the hooks in a shop are to be looked at
doubts.py             wrong signatures: a stranger's, or was the secret changed in the shop?
keeping.py            the look: compared with what we want (planning.py, pure), mended
farewell.py           hooks of a shop that was removed here
reaching.py, standing.py   where shops deliver, and how it stands, in words

What a kind of shop says and how it is asked: providers/hooks.py and providers/<name>/webhook.py, hooks.py.
"""
