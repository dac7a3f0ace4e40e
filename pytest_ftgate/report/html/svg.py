"""Matplotlib's SVG made fit for a page: colours become classes, styles attributes, and ids its own.

A strict content security policy admits no style attribute, and one page holds many drawings.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = frozenset({"metadata", "style", "title"})
_KEPT = frozenset(
    {
        "fill", "fill-opacity", "fill-rule", "opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
        "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width", "text-anchor", "font-size",
    }
)  # fmt: skip
_FONT_SIZE = re.compile(r"([0-9.]+)px")


def inline(text: str, prefix: str, inks: Mapping[str, str]) -> str:
    """The drawing as an element for a page: without styles, hidden from screen readers, its ids below `prefix`.

    Args:
        text: what matplotlib wrote.
        prefix: what its ids begin with.
        inks: from the page's colours to those that the drawing was made with. An element that is stroked with `ink`
            gets the class `s-ink`, one that is filled with it `f-ink`.
    """
    # matplotlib wrote it: there is no text of anyone else's in it.
    root = ET.fromstring(text)  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        _attributes(element, prefix, {colour: name for name, colour in inks.items()})
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _DROPPED]:
            parent.remove(child)
    for name in ("width", "height", "version", "id"):
        root.attrib.pop(name, None)
    root.attrib |= {"class": "plot", "aria-hidden": "true", "focusable": "false"}
    return ET.tostring(root, encoding="unicode")


def _attributes(element: ET.Element, prefix: str, names: Mapping[str, str]) -> None:
    said = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    element.attrib.clear()
    said |= _styles(said.pop("style", ""))
    classes = [_class(said, kind, names) for kind in ("fill", "stroke")]
    if any(classes):
        said["class"] = " ".join(filter(None, classes))
    if "id" in said:
        said["id"] = f"{prefix}-{said['id']}"
    if said.get("href", "").startswith("#"):
        said["href"] = f"#{prefix}-{said['href'][1:]}"
    for name, value in said.items():
        element.set(name, _REFERENCE.sub(rf"url(#{prefix}-\1)", value))


def _styles(text: str) -> dict[str, str]:
    pairs = (pair.partition(":") for pair in text.split(";") if ":" in pair)
    found = {name.strip(): value.strip() for name, _, value in pairs}
    size = _FONT_SIZE.search(found.get("font", ""))
    sized = {"font-size": size[1]} if size else {}
    return {name: value for name, value in (found | sized).items() if name in _KEPT}


def _class(said: dict[str, str], kind: str, names: Mapping[str, str]) -> str:
    name = names.get(said.get(kind, "").lower())
    if name is None:
        return ""
    del said[kind]
    return f"{kind[0]}-{name}"
