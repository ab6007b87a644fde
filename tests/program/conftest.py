"""What the tests of the program share."""

import os

import pytest

from tests.program import devices


@pytest.fixture(scope="session", autouse=True)
def _one_empty_city_per_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the folder above those of the processes, if there are several."""
    own = tmp_path_factory.getbasetemp()
    devices.shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
