"""How many examples a model is given, and of which length.

In the suite always the same ones. `COMPTOIR_MODEL_EXAMPLES=2000` gives so many fresh ones instead.
"""

import os

from hypothesis import Phase, settings


def model_settings(examples: int, steps: int) -> settings:
    """Return the settings of a model; `examples` of the suite."""
    asked = os.environ.get("COMPTOIR_MODEL_EXAMPLES")
    return settings(
        max_examples=int(asked) if asked else examples,
        stateful_step_count=steps,
        derandomize=not asked,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
    )
