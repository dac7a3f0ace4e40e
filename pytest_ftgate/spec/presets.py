"""Presets: documented sets of gates that a spec takes by name and overrides line by line."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

PRESETS = ("sft", "dpo", "rft", "classification")
"""Their names."""


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """The gates of each preset, as a spec would write them."""
    import yaml

    text = files(__package__).joinpath("presets.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return found


def preset_text(name: str) -> str:
    """The gates of a preset as lines of a spec, to copy and change."""
    text = files(__package__).joinpath("presets.yaml").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"\n{name}:\n")
    lines = rest.partition("\n\n")[0].rstrip().splitlines()
    return "\n".join(["gates:", *lines]) + "\n"


def with_preset(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A spec's data with the gates of its preset among its gates, which go before those of the same name."""
    if "preset" not in data:
        return data
    return {**data, "gates": {**presets()[data["preset"]], **data.get("gates", {})}}
