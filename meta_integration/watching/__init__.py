"""The minute watch over catalogs: thresholds (pure), what waits and for how long (queue), the alert rules, and pausing by itself."""
