"""The workbench, its server, and what an edit would publish."""
