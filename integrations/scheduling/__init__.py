"""When a shop is read by itself: the moments of a schedule, and the entries of celery beat that follow it."""
