"""Alerts on their way to people: who is told (announce), in which words (words, pure), how it is sent (deliver, client), and the rules
that open and close alerts each minute (rules, own_rules; upper apps register theirs)."""
