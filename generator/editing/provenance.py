"""Where this generator was installed from, so that a new site runs exactly the same elsewhere.

Nobody has published the name: anyone who took it first could run code wherever a site installed by name.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zipfile import BadZipFile, ZipFile

from ..model.fields import HOST
from ..model.problems import shown
from ..model.telling import visible
from ..reading.files import read_source
from ..reading.repository import NoSuchRevision, repository_of

REQUIREMENTS = "requirements.txt"
_HERE = Path(__file__).parents[1]
# In a wheel the lock is inside the package, in a checkout beside it.
_LOCK = _HERE / "data/locks/site.txt" if (_HERE / "data/locks").is_dir() else _HERE.parent / "locks/site.txt"
_GIT = re.compile(rf"git\+https://{HOST.pattern}(?::[0-9]+)?/[A-Za-z0-9._~/-]+@(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})")
_WHEEL = r"vacancy_digest-[0-9][A-Za-z0-9.+_]*-py3-none-any\.whl"
_ADDRESS = re.compile(
    rf"(?P<address>https://{HOST.pattern}(?::[0-9]+)?/[A-Za-z0-9._~/-]*{_WHEEL})#sha256=(?P<hash>[0-9a-f]{{64}})"
)
_MAX_BYTES = 50 * 1024 * 1024
_HEAD = """\
# What this site is built with. Workflows, CI files and hosts all install from this file. To use another version, write
# its source below, as `vacancy-digest init --generator SOURCE` does in a new folder. A source is never just a name:
# nobody has published vacancy-digest, so anyone who took the name could run code here.
"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """A source of the generator; `told` names it, or says why none is known.

    `requirement` is pip's line for it, empty if none is known. `wheel` comes with it: a path in the site, and bytes.
    """

    told: str
    requirement: str = ""
    wheel: tuple[str, bytes] | None = None

    def requirements(self) -> str:
        """The text of a site's requirements.txt."""
        if not self.requirement:
            return f"{_HEAD}# No source is known yet, so nothing is installed and every step that runs it fails.\n"
        if "--hash=" in self.requirement:
            return f"{_HEAD}--require-hashes\n{self.requirement}\n\n{_locked()}\n"
        # pip takes hashes for all lines or for none, and can only check the commit of a git source.
        pins = "\n".join(line.rstrip(" \\") for line in _locked().splitlines() if "==" in line)
        return f"{_HEAD}{self.requirement}\n\n{pins}\n"


def given(source: str) -> Provenance:
    """What `--generator` names. Raises ValueError with what can be named."""
    if _GIT.fullmatch(source):
        return Provenance(source, f"vacancy-digest[search] @ {source}")
    if match := _ADDRESS.fullmatch(source):
        return _at(match["address"], match["hash"])
    if re.fullmatch(_WHEEL, Path(source).name) and "://" not in source:
        return _of_wheel(Path(source))
    raise ValueError(
        f"{shown(source, 200)} is not a fixed source, write git+https://HOST/REPOSITORY@COMMIT with the "
        "full commit hash, a wheel file, or https://HOST/WHEEL#sha256=HASH"
    )


def known() -> Provenance:
    """Where this very program was installed from, as its installer recorded it."""
    try:
        record = json.loads(distribution("vacancy-digest").read_text("direct_url.json") or "{}")
        return _recorded(record)
    except (PackageNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Provenance("this program does not know where it was installed from")


def _recorded(record: dict[str, Any]) -> Provenance:
    """What `direct_url.json` says (PEP 610). Raises ValueError and the like if it says something else."""
    address = str(record["url"])
    folder = Path(unquote(urlsplit(address).path)) if address.startswith("file://") else None
    if "vcs_info" in record:
        return given(f"git+{address}@{record['vcs_info']['commit_id']}")
    if "dir_info" in record and folder:
        return _of_checkout(folder)
    archive = record["archive_info"]
    digest = archive.get("hashes", {}).get("sha256") or str(archive.get("hash", "")).removeprefix("sha256=")
    if not folder:
        return given(f"{address}#sha256={digest}")
    found = _of_wheel(folder)
    if digest and f"--hash=sha256:{digest}" not in found.requirement:
        return Provenance(f"{visible(str(folder))} is no longer the wheel that this program was installed from")
    return found


def _of_checkout(folder: Path) -> Provenance:
    try:
        repository = repository_of(folder)
        found = repository.pushed() if repository else None
    except (NoSuchRevision, OSError):
        found = None
    if found is None:
        return Provenance(f"this program runs from {visible(str(folder))}, which is not a commit that others can fetch")
    address, commit = found
    return given(f"git+{address}@{commit}")


def _at(address: str, digest: str) -> Provenance:
    return Provenance(address, f"vacancy-digest[search] @ {address} --hash=sha256:{digest}")


def _of_wheel(path: Path) -> Provenance:
    """Raises ValueError if the file is not a wheel of this program."""
    try:
        content = read_source(path, _MAX_BYTES)
        with ZipFile(BytesIO(content)) as archive:
            if len(content) > _MAX_BYTES or "generator/cli.py" not in archive.namelist():
                raise BadZipFile
    except OSError as error:
        raise ValueError(f"{visible(str(path))} cannot be read ({error.strerror})") from None
    except BadZipFile:
        raise ValueError(f"{visible(str(path))} is not a wheel of vacancy-digest") from None
    inside = f"wheels/{path.name}"
    line = f"./{inside}[search] --hash=sha256:{sha256(content).hexdigest()}"
    return Provenance(f"{inside}, a copy of {visible(str(path))}", line, (inside, content))


def _locked() -> str:
    """Every package that the generator needs, with its hashes, without comments."""
    return "\n".join(line for line in _LOCK.read_text("utf-8").splitlines() if not line.startswith("#"))
