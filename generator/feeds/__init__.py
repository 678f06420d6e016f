"""Entries, feeds, calendars, exports and files for hosts."""
