"""`python -m tests.chaos`: kills and spoils shop after shop, and says what it found."""

import sys
from pathlib import Path

# Where hubs and kiosks as child processes are at home; under pytest its settings see to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "packaging"))

from tests.chaos.cli import main

if __name__ == "__main__":
    main()
