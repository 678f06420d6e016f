"""The views of pages."""
