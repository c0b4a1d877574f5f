"""Whatever happens, in whatever order: at the end Meta shows what the shop has. See convergence/ for the machine.

HYPOTHESIS_PROFILE=thorough runs it for long.
"""

from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from meta_integration.tests.convergence.machine import ConvergenceMachine
from meta_integration.tests.world import World


@pytest.mark.parametrize("steps", [15, 40])
def test_meta_ends_up_as_the_shop_is(db: None, settings: Any, steps: int) -> None:
    class Machine(ConvergenceMachine):
        make_world = staticmethod(lambda patches: World(settings, patches))

    profile = hypothesis_settings()
    examples = max(profile.max_examples * 10 // steps, 8)
    run_state_machine_as_test(Machine, settings=hypothesis_settings(profile, max_examples=examples, stateful_step_count=steps))
