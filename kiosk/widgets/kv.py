"""Loading of the .kv file that lies beside a widget's module, once, in UTF-8."""

from pathlib import Path

from kivy.lang import Builder


def load_beside(module_file: str) -> None:
    """Load `x.kv` for the module file `x.py`."""
    Builder.load_file(str(Path(module_file).with_suffix(".kv")), encoding="utf8")
