"""`python -m generator` is `vacancy-digest`."""

from .cli import main

main()
