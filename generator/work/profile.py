"""How a build spent its time, for people and for programs."""

from .tally import Tally

STAGES = ("load", "schema", "Markdown", "edition", "plan", "search", "templates", "feeds", "publish")


def profile_as_json(tally: Tally) -> dict[str, object]:
    """Seconds and counts by stage, and the slowest files. The times of all processes are added up."""
    return {
        "stages": [
            {
                "stage": stage,
                "seconds": round(tally.seconds.get(stage, 0.0), 3),
                "done": tally.done.get(stage, 0),
                "remembered": tally.remembered.get(stage, 0),
            }
            for stage in STAGES
        ],
        "slowest": [{"path": path, "seconds": round(seconds, 4)} for seconds, path in tally.ranked()],
    }


def as_text(tally: Tally) -> str:
    """The same as a table."""
    lines = [f"{'stage':<12}{'seconds':>9}{'done':>9}{'remembered':>12}"]
    for stage in STAGES:
        counts = f"{tally.done.get(stage, 0):>9}{tally.remembered.get(stage, 0):>12}"
        lines.append(f"{stage:<12}{tally.seconds.get(stage, 0.0):>9.3f}{counts}")
    lines.append("Load includes schema and Markdown, plan includes search, publish includes templates and feeds.")
    lines.append("The times of all processes are added up.")
    lines.append("The slowest files:")
    lines += [f"{seconds:>9.4f} s  {path}" for seconds, path in tally.ranked()]
    return "\n".join(lines)
