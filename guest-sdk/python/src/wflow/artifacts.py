"""Artifacts, by Prefect's names: things to look at that a run leaves behind, or that tell how far it is.

An artifact of the same key takes the place of an earlier one of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from ._host import host
from ._values import encode

__all__ = [
    "create_image_artifact",
    "create_link_artifact",
    "create_markdown_artifact",
    "create_progress_artifact",
    "create_table_artifact",
]

Table = Union[Sequence[Mapping[str, Any]], Mapping[str, Sequence[Any]]]


def create_markdown_artifact(markdown: str, key: str, description: str = "") -> None:
    """Attaches a text in Markdown to the run."""
    host().create_artifact("markdown", key, description, encode(markdown))


def create_table_artifact(table: Table, key: str, description: str = "") -> None:
    """Attaches a table: a list of rows, or columns by name."""
    host().create_artifact("table", key, description, encode(_rows(table)))


def _rows(table: Table) -> list[Any]:
    if not isinstance(table, Mapping):
        return list(table)
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def create_link_artifact(link: str, key: str, description: str = "") -> None:
    """Attaches a link."""
    host().create_artifact("link", key, description, encode(link))


def create_progress_artifact(progress: float, key: str, description: str = "") -> None:
    """Tells how far the run is, from 0 to 100: `wflow run` shows it in its progress line."""
    host().create_artifact("progress", key, description, encode(progress))


def create_image_artifact(image: bytes | str, key: str, description: str = "") -> None:
    """Attaches an image: its bytes, such as a PNG's, or its URL."""
    host().create_artifact("image", key, description, encode(image))
