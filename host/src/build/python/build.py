"""Makes a component of a Python file and of what it imports: ``build.py SCRIPT SDK OUT``.

Prints the files that went into it as JSON, or says on stderr, in Python's own words, what is wrong with them.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.machinery
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

#: What the SDK prints when the code cannot be imported.
BUILD_ERROR = "wflow-build-error: "
#: Python imports these when they are first needed, which in a component is too late.
LAZY = ["_strptime", "encodings.ascii", "encodings.idna", "encodings.latin_1", "encodings.utf_16"]
APP = """\
import sys

# The folders are the user's.
sys.dont_write_bytecode = True

from wflow._plugin import Plugin, load

load({module!r}, {lazy!r})
"""


class Sources:
    """The files of the code, and what they import."""

    def __init__(self, folders: list[Path]) -> None:
        self.folders = [str(folder) for folder in folders]
        #: SHA-256 of each file; none of one that is not there.
        self.inputs: dict[str, str | None] = {}
        #: Modules that functions import, or that may be missing.
        self.lazy: set[str] = set()
        self._seen: set[str] = set()

    def read(self, file: str, package: str) -> None:
        """Reads a file and the modules that it imports; a `SyntaxError` if it is no Python."""
        with open(file, "rb") as opened:
            text = opened.read()
        self.inputs[file] = hashlib.sha256(text).hexdigest()
        tree = ast.parse(text, os.path.relpath(file, self.folders[0]))
        top = {id(statement) for statement in tree.body}
        for node in ast.walk(tree):
            for name in _imported(node, package):
                if id(node) not in top:
                    self.lazy.add(name)
                self._find(name)

    def _find(self, name: str) -> None:
        """Reads the module of that name, and the packages around it, if they are not Python's own."""
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            module = ".".join(parts[:count])
            if module in self._seen or parts[0] == "wflow":
                continue
            self._seen.add(module)
            path = self.folders if count == 1 else self._paths(module)
            spec = importlib.machinery.PathFinder.find_spec(module, path)
            if spec is None or not spec.origin or not spec.origin.endswith(".py"):
                self._note_missing(module)
                continue
            is_package = spec.submodule_search_locations is not None
            self.read(spec.origin, module if is_package else module.rpartition(".")[0])

    def _paths(self, module: str) -> list[str]:
        folders = module.split(".")[:-1]
        return [os.path.join(folder, *folders) for folder in self.folders]

    def _note_missing(self, module: str) -> None:
        """Should it appear, the component is not what it would be any more."""
        path = os.path.join(self.folders[0], *module.split("."))
        for file in (path + ".py", os.path.join(path, "__init__.py")):
            self.inputs[file] = None


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")
            above = parents[: len(parents) - node.level + 1]
            base = ".".join([*above, base]).strip(".")
        if base:
            yield base
        # What is imported from a package may be a module.
        yield from (f"{base}.{alias.name}".strip(".") for alias in node.names if alias.name != "*")


def environments(folder: Path) -> Iterator[Path]:
    """Where packages are installed: the project's environment, or the one that is active."""
    for environment in (folder / ".venv", Path(os.environ.get("VIRTUAL_ENV") or folder / ".venv")):
        yield from environment.glob("lib/python3*/site-packages")
        yield from environment.glob("Lib/site-packages")


def build(script: Path, sdk: Path, out: Path) -> dict[str, str | None]:
    """Builds the component, and tells what went into it."""
    folder = script.parent
    folders = [folder, *dict.fromkeys(environments(folder))]
    sources = Sources(folders)
    sources.read(str(script), "")
    package = sdk / "guest-sdk" / "python" / "src"
    with tempfile.TemporaryDirectory() as made:
        app = Path(made) / "_wflow_app.py"
        lazy = sorted(sources.lazy) + LAZY
        app.write_text(APP.format(module=script.stem, lazy=lazy), encoding="utf-8")
        # What is installed beside componentize-py is no part of the code: here is nothing.
        (Path(made) / "lib" / "site-packages").mkdir(parents=True)
        os.environ["VIRTUAL_ENV"] = made
        componentize(sdk / "wit", [package, Path(made), *folders], out)
    return sources.inputs


def componentize(wit: Path, path: list[Path], out: Path) -> None:
    """Calls componentize-py."""
    import componentize_py

    folders = [word for folder in path for word in ("-p", str(folder))]
    sys.argv = ["componentize-py", "-q", "-d", str(wit), "-w", "guest", "componentize"]
    sys.argv += [*folders, "-o", str(out), "_wflow_app"]
    try:
        componentize_py.script()
    except BaseException as error:
        raise BuildError(said(str(error))) from None


class BuildError(Exception):
    """The code cannot be imported, and why."""


def said(told: str) -> str:
    """What is wrong, of all that componentize-py tells."""
    for line in told.splitlines():
        if line.startswith(BUILD_ERROR):
            return str(json.loads(line[len(BUILD_ERROR) :]))
    return told.partition("\n\nStack backtrace:")[0].strip()


def main() -> int:
    script, sdk, out = (Path(argument).resolve() for argument in sys.argv[1:])
    try:
        inputs = build(script, sdk, out)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    except SyntaxError as error:
        print("".join(traceback.format_exception_only(type(error), error)).strip(), file=sys.stderr)
        return 1
    json.dump({"inputs": inputs}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
