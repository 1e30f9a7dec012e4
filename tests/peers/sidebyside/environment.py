"""Makes what is measured with: the Python environment of the peers, and wflow."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

from sidebyside.peers import KINDS
from sidebyside.places import REQUIREMENTS, ROOT, VENV

OWN = ("matplotlib", "psutil")
STAMP = VENV / "made-from.txt"


def python(peers: Iterable[str]) -> Path:
    """The Python of an environment that has what can be installed of the peers."""
    if not is_made():
        make()
    for name in peers:
        package = KINDS[name].package
        if package and not is_installed(package) and not install([package]):
            say(f"{KINDS[name].label} cannot be installed here: it will be a row that says so")
    return VENV / "bin" / "python"


def is_made() -> bool:
    """Whether it is there, of the same versions, and whole."""
    return STAMP.exists() and STAMP.read_text() == made_from()


def made_from() -> str:
    return f"{sys.version}\n{REQUIREMENTS.read_text()}"


def make() -> None:
    """The environment without peers; nothing is left of it if that fails."""
    say(f"making a Python environment in {VENV.relative_to(ROOT)}, some 700 MB with all peers")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True)
        if not install(OWN):
            sys.exit(
                "error: the packages cannot be installed (see above): is the registry in reach? "
                "Nothing was measured."
            )
        STAMP.write_text(made_from())
    finally:
        if not STAMP.exists():
            shutil.rmtree(VENV, ignore_errors=True)


def is_installed(package: str) -> bool:
    return any(VENV.glob(f"lib/python*/site-packages/{package}-*.dist-info/RECORD"))


def install(packages: Iterable[str]) -> bool:
    """Whether they could be installed, in the versions of the requirements."""
    say(f"installing {' '.join(packages)}")
    pip = str(VENV / "bin" / "pip")
    # Never by compiling for minutes what has no build for this machine.
    options = ["--quiet", "--only-binary", ":all:", "--constraint", str(REQUIREMENTS)]
    return subprocess.run([pip, "install", *options, *packages]).returncode == 0


def wflow() -> Path:
    """A release build."""
    say("building wflow (cargo build --release)")
    command = ["cargo", "build", "--release", "--quiet"]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        sys.exit("error: wflow cannot be built (see above)")
    return ROOT / "target" / "release" / "wflow"


def say(line: str) -> None:
    """Tells on the terminal what is being done."""
    print(line, file=sys.stderr, flush=True)
