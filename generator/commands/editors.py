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
    """Write the settings of editors' tools anew, from the schema and the site's own vocabulary.

    They are for VS Code (JSON Schema, Front Matter), Sveltia CMS, Decap CMS, Pages CMS, and GitHub's form for issues.
    Run it after an update of vacancy-digest, or when vocabulary.yaml has changed.

    Example: vacancy-digest editors
    """
    desk = Desk.of(root.resolve())
    content = desk.loaded.content
    assert content
    files = {desk.root / path: text for path, text in Editors(content.settings, content.vocabulary).files()}
    refuse_obstacles(desk.root, files)
    for path, text in files.items():
        if replaced(desk.root, path, text.encode()):
            say(f"{path.relative_to(desk.root)} is written.")
