"""The build: plan, worklist, rendering and pieces."""
