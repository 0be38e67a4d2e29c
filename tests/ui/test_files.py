"""A file that is made when it is asked for, in the store that Streamlit keeps files in."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from rnnviz.ui import files


@pytest.fixture
def store(monkeypatch):
    """The files of a server on which one visitor, "ada", is on a page."""
    storage = MemoryMediaFileStorage("/media")
    manager = MediaFileManager(storage)
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace(media_file_mgr=manager))
    monkeypatch.setattr(files, "get_script_run_ctx", lambda: SimpleNamespace(session_id="ada"))
    return SimpleNamespace(manager=manager, storage=storage)


def fetched(store, data):
    """The file behind a button as Streamlit makes it; called again, what is there by then."""
    place = Mock()
    files.file_button(place, "Net", lambda: data, "net.py", "help")
    _, make, name, mime = place.download_button.call_args.args
    url = store.manager.execute_deferred(store.manager.add_deferred(make, mime, "1", name))
    return lambda: store.storage.get_file(url.removeprefix("/media/")).content


@pytest.mark.parametrize("data", ["für", b"\x00\x01"], ids=["text", "bytes"])
def test_a_made_file_outlives_the_runs_of_others(store, data):
    fetch = fetched(store, data)
    for _ in range(5):
        store.manager.remove_orphaned_files()

    assert fetch() == (data.encode() if isinstance(data, str) else data)


def test_a_made_file_goes_with_its_session(store):
    fetch = fetched(store, "net")
    store.manager.clear_session_refs("ada")
    for _ in range(2):
        store.manager.remove_orphaned_files()

    with pytest.raises(MediaFileStorageError):
        fetch()
