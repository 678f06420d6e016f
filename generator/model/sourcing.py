"""The kinds of sources that vacancies come from, and what each has to be told in `content/sources.yaml`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class KindNeeds(NamedTuple):
    """The keys that a source of a kind must have, and those that it may have besides; `parameters` it knows.

    `secrets` are the variables of the environment without which it cannot be asked.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


# Every source may have these.
COMMON = ("name", "kind", "organisation", "select", "every", "keep")
KIND_NEEDS: Mapping[str, KindNeeds] = MappingProxyType(
    {
        "feed": KindNeeds(("address",)),
        "page": KindNeeds(("address",), ("match",)),
        "sitemap": KindNeeds(("address", "match")),
        "csv": KindNeeds(("address",), ("columns",)),
        "reliefweb": KindNeeds(
            (), ("parameters",), ("query[value]", "filter[field]", "filter[value]"), ("RELIEFWEB_APPNAME",)
        ),
        "greenhouse": KindNeeds(("board",)),
        "lever": KindNeeds(("board",), ("parameters",), ("instance", "location", "commitment", "team", "department")),
        "ashby": KindNeeds(("board",)),
        "smartrecruiters": KindNeeds(
            ("board",), ("parameters",), ("q", "country", "region", "city", "department", "language")
        ),
        "recruitee": KindNeeds(("board",)),
        "workable": KindNeeds(("board",)),
        "personio": KindNeeds(("board",), ("parameters",), ("language",)),
        "usajobs": KindNeeds(
            ("parameters",),
            (),
            ("Keyword", "PositionTitle", "JobCategoryCode", "LocationName", "Organization", "RemoteIndicator"),
            ("USAJOBS_API_KEY", "USAJOBS_EMAIL"),
        ),
    }
)
