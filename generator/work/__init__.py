"""Who does the work, and what is remembered of it."""
