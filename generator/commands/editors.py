"""The command `vacancy-digest editors`."""

from pathlib import Path

import click

from ..editing.desk import Desk
from ..editing.editors import Editors
from ..model.telling import say
from ..reading.files import refuse_obstacles, replaced
from .options import root_option


@click.command("editors")
@root_option
def command(root: Path) -> None:
    """Write the settings of editors' tools again, from the schema and the site's own vocabulary.

    They are for VS Code (JSON Schema, Front Matter), Sveltia CMS, Decap CMS, Pages CMS, and GitHub's issue form.
    Run this after you update vacancy-digest or change vocabulary.yaml.

    Example: vacancy-digest editors
    """
    desk = Desk.of(root.resolve())
    content = desk.loaded.content
    assert content
    files = {desk.root / path: text for path, text in Editors(content.settings, content.vocabulary).files()}
    refuse_obstacles(desk.root, files)
    for path, text in files.items():
        if replaced(desk.root, path, text.encode()):
            say(f"Wrote {path.relative_to(desk.root)}.")
