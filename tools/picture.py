"""Draws the generator's packages and their imports into docs/architecture.md: `make picture`.

Arrows that follow from others are left out: since `pages` imports `edition` and `edition` imports `model`, there is no
arrow from `pages` to `model`.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- picture -->\n", "<!-- /picture -->"


def imported(package: Path) -> set[str]:
    """The other packages that the modules of a package import; the command line counts as one of them."""
    found = set()
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                found |= {node.module.partition(".")[0]} if node.module else {alias.name for alias in node.names}
    return {name for name in found if (package.parent / name).is_dir()}


def drawn() -> str:
    """The packages as a Mermaid flowchart."""
    packages = sorted(path.parent for path in (ROOT / "generator").glob("*/__init__.py"))
    below = {package.name: imported(package) for package in packages}

    def reached(name: str) -> set[str]:
        return below[name].union(*map(reached, below[name]))

    arrows = [
        f"    {name} --> {other}"
        for name, others in below.items()
        for other in sorted(others - set().union(*map(reached, others)))
    ]
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```", ""])


def with_picture(text: str) -> str:
    """The page with the picture between its markers."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + drawn() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_picture(PAGE.read_text("utf-8")), "utf-8")
