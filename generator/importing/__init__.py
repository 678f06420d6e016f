"""Notices and other programs' data as drafts."""
