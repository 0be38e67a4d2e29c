"""Every broken or hostile file is refused with one line that says why."""

import subprocess
import time

import pytest

import rnnviz
from rnnviz.files.load import load_named
from rnnviz.limits import MAX_FILE_BYTES
from tests.files.hostile import GOOD_PT, Calls, as_torch, cases

CASES = [pytest.param(*case[1:], id=case[0]) for case in cases()]


@pytest.fixture(scope="module", autouse=True)
def _started():
    """The reader's process is up, so that a test measures reading alone."""
    rnnviz.load(GOOD_PT)


def test_there_are_at_least_eighty():
    assert len(CASES) >= 80


@pytest.mark.parametrize(("data", "name", "message"), CASES)
def test_file_is_refused_with_one_line(data, name, message):
    start = time.monotonic()
    with pytest.raises(ValueError, match=message) as caught:
        load_named(name, data, max_bytes=MAX_FILE_BYTES)

    words = str(caught.value)
    assert "\n" not in words
    assert len(words) < 400
    assert "weights_only=False" not in words
    # Two seconds of the reader's own, and the machine's other work.
    assert time.monotonic() - start < 10


def test_code_is_not_run(tmp_path):
    mark = tmp_path / "ran"
    data = as_torch(Calls(subprocess.check_call, ["touch", str(mark)]))
    with pytest.raises(ValueError, match="holds code"):
        rnnviz.load(data)
    assert not mark.exists()


def test_larger_file_than_allowed_is_refused(tmp_path):
    path = tmp_path / "a.pt"
    path.write_bytes(GOOD_PT)
    with pytest.raises(ValueError, match=r"at most 100 bytes, got [\d,]+\."):
        rnnviz.load(path, max_bytes=100)


def test_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no ordinary file"):
        rnnviz.load(tmp_path)
