"""Flows and tasks of the component `images`, as it describes itself; written by `wflow bind`."""

from typing import Any

from wflow import remote


@remote.flow("images/thumbnails").typed
def thumbnails(images: str = ..., out: str = ..., width: int = ...) -> list[Any]:
    """Writes a thumbnail of each picture in one folder to another."""
    raise NotImplementedError


@remote.task("images/resize").typed
def resize(image: bytes, width: int) -> bytes:
    """Scales a JPEG or PNG picture to a width in pixels, as a JPEG."""
    raise NotImplementedError
