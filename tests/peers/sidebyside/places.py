"""Where things are."""

from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent
ROOT = PEERS.parent.parent
TARGET = ROOT / "target" / "peers"
VENV = TARGET / "venv"
LOGS = TARGET / "logs"
REQUIREMENTS = PEERS / "requirements.txt"
README = ROOT / "README.md"
