"""Content files changed in place, new sites, and settings of editors' tools."""
