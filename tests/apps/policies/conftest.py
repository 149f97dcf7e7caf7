"""What several test files of this folder ask for."""

import pytest
from tests.apps.policies.ten_firms import make_district


@pytest.fixture
def district(db, tmp_path, settings):
    """Ten enterprises, one pack, one snapshot, in a data folder of their own."""
    return make_district(tmp_path, settings)
