"""The process of a save dies between the commit and the doorbell: the row is there, nobody was told, the sweep finds it."""

import signal

import pytest

from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import PYTHON, Stage

pytestmark = pytest.mark.realprocess
SCRIPT = "whatsappcrm_backend.tests.realprocess.dying_save"


def test_a_save_that_dies_after_its_commit_is_not_lost(stage: Stage, shop: Shop, worker: object) -> None:
    product = shop.product("DOOR-1")
    shop.converge()
    writes = len(shop.writes())
    stage.queues.flush()
    code, said = stage.processes.run("dying-save", [PYTHON, "-m", SCRIPT, str(product.pk), "Renamed at the last moment"], stage.env())
    assert code == -signal.SIGKILL, said
    assert shop.changes() == 1
    assert not stage.queues.waiting("catalog", "maintenance", "unacked")
    stage.sweep()
    shop.converge()
    assert shop.at_meta()["DOOR-1"]["name"] == "Renamed at the last moment"
    assert len(shop.writes()) == writes + 1
