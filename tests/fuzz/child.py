"""One target under atheris: `python -m tests.fuzz.child TARGET CORPUS [libFuzzer's options]`."""

import sys

import atheris

with atheris.instrument_imports(include=["common", "hub", "kiosk"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run the target that the first argument names, until libFuzzer ends the process."""
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
