"""Tags: values with placeholders, and the tags that the stack file requires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from amlz.core.config import LandingZoneConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.problems import Path, Problem, listed

#: Words that a value can hold in braces.
TAG_WORDS = ("organisation", "businessUnit", "project", "environment", "region")
PLACEHOLDER = re.compile(r"\{([A-Za-z]+)\}")
#: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
LONGEST = 256


def filled(tags: Mapping[str, str], config: LandingZoneConfig, owner: EnvironmentKey | None) -> dict[str, str]:
    """Returns tags with the words of a resource's owner. A tag is left out where a placeholder has no word."""
    if not any("{" in value for value in tags.values()):
        return dict(tags)
    words = {
        "organisation": config.organisation,
        "businessUnit": config.business_unit,
        "project": owner.project if owner else None,
        "environment": owner.environment if owner else None,
        "region": config.location,
    }
    known = {word: text for word, text in words.items() if text is not None}
    return {
        name: PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), value)
        for name, value in tags.items()
        if set(PLACEHOLDER.findall(value)) & set(words) <= set(known)
    }


def tag_problems(config: LandingZoneConfig, tags: Mapping[str, str], place: Path) -> Iterator[Problem]:
    """Yields what is wrong with the tags of a resource: required ones that it lacks, values that are not allowed.

    `place`: the part of the stack file whose `tags` are the resource's, () for the landing zone.
    """
    values = {name.lower(): value for name, value in tags.items()}
    here = "`tags` here, or to those of the landing zone" if place else "`tags`"
    for name, allowed in config.required_tags.items():
        path: Path = place or ("requiredTags", name)
        whose = "Its resources" if place else "Resources that projects share"
        value = values.get(name.lower())
        if value is None:
            what = f"{whose} have no tag {name!r}, which `requiredTags` requires"
            written = next((text for tag, text in config.tags.items() if tag.lower() == name.lower()), None)
            if written is None:
                yield Problem(path, f"{what}.", f"Add it to {here}.")
                continue
            yield Problem(
                path,
                f"{what}: {written!r} of the landing zone has a placeholder without a value outside of projects.",
                "Add it to `tags` here." if place else "Write a value without it, and this one in `tags` of projects.",
            )
        elif allowed and value not in allowed:
            what = (
                f"{whose} have the value {value!r} of the tag {name!r}; `requiredTags` allows {listed(allowed, 'or')}."
            )
            yield Problem(path, what, f"Set an allowed value in {here.replace('or to', 'or in')}.")
    for name, value in tags.items():
        if len(value) > LONGEST:
            what = f"The value of the tag {name!r} has {len(value)} characters with its words; allowed are {LONGEST}."
            yield Problem(place or ("tags", name), what, "Shorten it.")
