"""Incremental builds: whatever changes, in whatever order, the site equals that of a clean build.

`VACANCY_DIGEST_EXAMPLES=200 .venv/bin/pytest tests/building/test_machine.py` searches longer, with different examples
each time.
"""

from changing import EXAMPLES, SiteMachine, run


def test_a_build_that_remembers_makes_what_a_clean_build_makes() -> None:
    """Whatever is edited, renamed, removed or damaged, and whenever, the site equals a clean one byte for byte."""
    run(SiteMachine, EXAMPLES or 8, 40 if EXAMPLES else 18)
