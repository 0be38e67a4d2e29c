"""The reader's process: its bounds, and that it comes back after whatever happens to it."""

from threading import Thread

import pytest

import rnnviz
from rnnviz.files import sandbox
from rnnviz.files.sandbox import Reader
from tests.files.hostile import GOOD_PT, as_torch, pickled


@pytest.fixture
def reader():
    reader = Reader()
    yield reader
    reader.stop()


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.pt"
    path.write_bytes(GOOD_PT)
    return str(path)


def test_reading_is_bounded_in_time_of_the_processor(reader, good, tmp_path, monkeypatch):
    """However long the clock has: a busy machine refuses no file that a quiet one reads."""
    slow = tmp_path / "slow.pt"
    slow.write_bytes(as_torch({"itos": [f"word{k}" for k in range(100_000)]}))
    reader.read(good, "pt", 10**6)
    process = reader._process
    monkeypatch.setattr(sandbox, "LEAST_SECONDS", 0.005)
    monkeypatch.setattr(sandbox, "BYTES_PER_SECOND", 10**9)
    monkeypatch.setattr(sandbox, "CLOCK_PER_SECOND", 10_000)
    with pytest.raises(ValueError, match="takes too long to read"):
        reader.read(str(slow), "pt", 10**8)
    monkeypatch.undo()

    assert "weight_ih_l0" in reader.read(good, "pt", 10**6).tensors
    # The fork alone was ended.
    assert reader._process is process


def test_the_clock_bounds_reading_as_well(reader, good, monkeypatch):
    """A file that keeps the processor waiting; the fork alone is ended."""
    reader.read(good, "pt", 10**6)
    process = reader._process
    monkeypatch.setattr(sandbox, "CLOCK_PER_SECOND", 0.002)
    with pytest.raises(ValueError, match="takes too long to read"):
        reader.read(good, "pt", 10**6)

    assert reader._process is process


def test_reading_is_bounded_in_memory(reader, good, tmp_path):
    """Sets take 216 bytes each in Python, and one in the pickle."""
    path = tmp_path / "sets.pt"
    path.write_bytes(pickled(b"\x8f" * 900_000))
    with pytest.raises(ValueError, match="needs more memory than its size allows"):
        reader.read(str(path), "pt", 4 * 2**20)

    assert reader.read(good, "pt", 10**6).tensors


def test_process_that_died_is_started_again(reader, good):
    reader.read(good, "pt", 10**6)
    first = reader._process
    first.kill()
    first.wait()

    assert reader.read(good, "pt", 10**6).tensors
    assert reader._process is not first


def test_one_process_reads_many_files(reader, good):
    reader.start()
    process = reader._process
    for _ in range(5):
        reader.read(good, "", 10**6)

    assert reader._process is process


def test_stopped_process_is_gone(reader, good):
    reader.read(good, "pt", 10**6)
    process = reader._process
    reader.stop()
    assert process.poll() is not None


def test_nothing_is_left_in_the_folder_of_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rnnviz.load(GOOD_PT)
    with pytest.raises(ValueError, match="empty"):
        rnnviz.load(b"")
    assert list(tmp_path.iterdir()) == []


def test_starting_waits_for_no_reading(reader):
    """A visitor who opens the page while another's file is read goes on at once."""
    with reader._lock:
        starter = Thread(target=reader.start, daemon=True)
        starter.start()
        starter.join(5)

        assert not starter.is_alive()
