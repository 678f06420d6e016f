"""Git, run in a folder as an editor whose name is set."""

import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """The output of git; raises `CalledProcessError` if it fails."""
    settings = ("user.name=Editor", "user.email=editor@example.org", "commit.gpgsign=false", "init.defaultBranch=main")
    who = [word for one in settings for word in ("-c", one)]
    done = subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
