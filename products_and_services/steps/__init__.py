"""The one room that writes catalog rows past save(): steps (what a row is and shall be), and carrying thousands of them out at once.

Undo and the imports of shops both end here, so that SKUs, history, further categories and announcements follow one set of rules.
"""
