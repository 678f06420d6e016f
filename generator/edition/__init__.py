"""The digest at one instant: deadlines, history, listings, routes and wording."""
