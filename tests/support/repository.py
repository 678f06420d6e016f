"""Git, as an editor with a name runs it in a folder."""

import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What git prints; raises `CalledProcessError` where it fails."""
    settings = ("user.name=Editor", "user.email=editor@example.org", "commit.gpgsign=false", "init.defaultBranch=main")
    who = [word for one in settings for word in ("-c", one)]
    done = subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
