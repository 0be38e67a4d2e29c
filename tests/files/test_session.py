"""A session's file: what is written is read, and what is broken is refused with one line."""

import io
import json
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

import rnnviz
from rnnviz.files.session import SessionFile, read_session, write_session
from rnnviz.limits import MAX_EDIT_SETS, MAX_EDITS_CHARS, MAX_SESSION_JSON_BYTES
from tests.files.hostile import as_npz, as_torch, as_zip, directory_says, encrypted, npy

WEIGHTS = {name: tensor.numpy() for name, tensor in nn.GRU(3, 4).state_dict().items()}
SESSION = SessionFile(
    settings={"text": "héllo <b>", "layers": 2, "radius": 0.5, "bias": True},
    page="gates",
    place={"at": "1.reverse.4.3", "order": "both"},
    edit_sets={"mine": "x[0,0,0]=1"},
    files={"input": ("a.csv", b"1,2\n3,4"), "net": ("m.pt", bytes(range(256)))},
    weights=WEIGHTS,
    made_by={"rnnviz": "0.1.0", "torch": "2.13"},
)
GOOD = write_session(SESSION)
HEADER = json.loads(np.load(io.BytesIO(GOOD))["session"].tobytes())


def as_bytes(data):
    return np.frombuffer(data, np.uint8)


def with_header(text, **arrays):
    """A file whose JSON is this text, with other arrays."""
    return as_npz(
        {"session": as_bytes(text if isinstance(text, bytes) else text.encode())} | arrays
    )


def changed(**fields):
    """The good file with other fields in its JSON; a field that is None is left out."""
    header = {name: value for name, value in (HEADER | fields).items() if value is not None}
    files = {"file_input": as_bytes(b"1"), "file_net": as_bytes(b"1")}
    return with_header(json.dumps(header), **files)


def test_it_is_read_as_it_was_written():
    session = read_session(GOOD)

    for name in ("settings", "page", "place", "edit_sets", "files", "made_by"):
        assert getattr(session, name) == getattr(SESSION, name), name
    assert list(session.weights) == list(WEIGHTS)
    for name, array in WEIGHTS.items():
        np.testing.assert_array_equal(session.weights[name], array, strict=True)


def test_types_of_settings_come_back():
    """True stays no 1, and 1.0 no 1."""
    kept = {"a": True, "b": 1, "c": 1.0, "d": "1"}
    session = read_session(write_session(SessionFile(settings=kept)))

    assert [type(value) for value in session.settings.values()] == [bool, int, float, str]


def test_numpy_alone_reads_the_numbers_and_load_the_net():
    with np.load(io.BytesIO(GOOD), allow_pickle=False) as archive:
        assert {"session", "file_input", "file_net", *WEIGHTS} == set(archive.files)
    net = rnnviz.load(GOOD).net()

    assert net.config.kind == "GRU"
    for name, array in WEIGHTS.items():
        assert torch.equal(net.tensors[name], torch.from_numpy(array))


def test_a_name_that_is_no_text_can_be_saved():
    session = SessionFile(settings={}, files={"input": ("a\udcff.csv", b"1")})
    assert read_session(write_session(session)).files == {"input": ("a?.csv", b"1")}


def test_a_file_that_is_not_named_is_left_out():
    session = read_session(changed(files={}))
    assert (session.files, session.weights) == ({}, {})


def cases():
    """(id, bytes, what the message must match)."""
    yield "empty", b"", r"no \.npz that"
    yield "text", b"settings", r"no \.npz that"
    yield "zip magic", b"PK\x03\x04" + bytes(60), "broken or cut short"
    for cut in (10, 500, len(GOOD) // 2, -5):
        yield f"cut at {cut}", GOOD[:cut], "broken or cut short"
    yield "flipped number", GOOD.replace(b"1,2\n3,4", b"1,2\n3,5"), "broken or cut short"
    yield "checkpoint", as_torch(nn.GRU(3, 4).state_dict()), "Open a net"
    yield "weights alone", as_npz(WEIGHTS), "no array named session"
    yield "other zip", as_zip([("word/document.xml", b"x")]), "neither a checkpoint"
    yield "path up", as_zip([("../session.npy", b"")]), "like a path out of the archive"
    yield "twice", as_zip([("session.npy", npy((1,), b"1", "|u1"))] * 2), "twice"
    yield "encrypted", encrypted(GOOD), "is encrypted"
    many = [("session.npy", b""), *((f"{number}.npy", b"") for number in range(10_000))]
    yield "many members", as_zip(many), "at most 10,000 arrays"
    bomb = as_zip([("session.npy", npy((2**28,), bytes(2**28), "|u1"))], zipfile.ZIP_DEFLATED)
    yield "zip bomb", bomb, "bytes unpacked, more than"
    yield "declared size", directory_says(GOOD, "session.npy", 2**31), "bytes unpacked, more than"
    yield "smaller size", directory_says(GOOD, "session.npy", 200), "broken or cut short"
    lying = as_zip([("session.npy", npy((10**9, 10**9), b"", "|u1"))])
    yield "lying shape", lying, "must have .* bytes for"
    yield "objects", with_header("{}", a=np.array([{}], object)), "Python objects"
    yield "no bytes", as_npz({"session": np.array("{}")}), r"row of bytes, got \(\) of <U2"
    yield "matrix", as_npz({"session": np.zeros((2, 2), np.uint8)}), r"row of bytes, got \(2, 2\)"
    yield "file of floats", with_header("{}", file_net=np.zeros(2)), "file_net must be a row of"
    yield "integers", with_header("{}", weight_ih_l0=np.arange(4)), "'weight_ih_l0' must be a wei"
    yield "cube", with_header("{}", a=np.zeros((1, 1, 1))), r"matrix of floating .* got \(1, 1, 1"
    long = with_header(b" " * (MAX_SESSION_JSON_BYTES + 1))
    yield "long JSON", long, r"session must have at most 2,097,152 bytes, got 2,097,153"
    yield "no JSON", with_header("{nothing"), "holds no JSON object"
    yield "no UTF-8", with_header(b'{"a": "\xff"}'), "holds no JSON object"
    yield "half a character", with_header(r'{"a": "\ud800"}'), "holds no JSON object"
    yield "list", with_header("[]"), "holds no JSON object"
    yield "NaN", with_header('{"a": NaN}'), "holds no JSON object"
    yield "long number", with_header(f'{{"a": {"9" * 5_000}}}'), "holds no JSON object"
    yield "deep", with_header('{"a":' + "[" * 100_000), "holds no JSON object"
    yield "name twice", with_header('{"a": 1, "a": 2}'), "the name 'a' twice"
    yield "format", changed(format="SVG"), "format must be 'RNNviz session', got 'SVG'"
    yield "no format", changed(format=None), "got nothing"
    yield "newer", changed(version=2), "a newer RNNviz wrote it: version 2, and this one reads 1"
    yield "version 0", changed(version=0), "version must be a number from 1, got 0"
    yield "version True", changed(version=True), "version must be a number from 1, got True"
    yield "no settings", changed(settings=None), "settings must be a JSON object, got nothing"
    yield "settings", changed(settings=[1]), r"settings must be a JSON object, got \[1\]"
    yield "setting", changed(settings={"a": [1]}), r"true and false; got \[1\] for 'a'"
    yield "null", changed(settings={"a": None}), "true and false; got None for 'a'"
    yield "page", changed(page=3), "page must be a short text, got 3"
    yield "place", changed(place={"at": 3}), "place must hold texts .* got 3 for 'at'"
    yield "long place", changed(place={"at": "1" * 301}), "at most 300 characters"
    yield "unknown file", changed(files={"../a": "b"}), "files must be input and net"
    yield "file", changed(files={"net": ["a"]}), "files must hold texts"
    missing = with_header(json.dumps(HEADER))
    yield "file is missing", missing, "names the file 'a.csv', but does not hold it"
    sets = {str(number): "" for number in range(MAX_EDIT_SETS + 1)}
    yield "many sets", changed(edit_sets=sets), "edit_sets must be at most 100, got 101"
    yield "long set", changed(edit_sets={"a": "x" * (MAX_EDITS_CHARS + 1)}), "at most 6,000 char"
    yield "long name", changed(edit_sets={"a" * 41: ""}), "name of at most 40 characters"


CASES = [pytest.param(*case[1:], id=case[0]) for case in cases()]


@pytest.mark.parametrize(("data", "message"), CASES)
def test_a_broken_file_is_refused_with_one_line(data, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_session(data)

    words = str(caught.value)
    assert words.startswith("the session's file: ")
    assert "\n" not in words
    assert len(words) < 400


def test_a_larger_file_than_allowed_is_refused():
    with pytest.raises(ValueError, match=r"at most 100 bytes, got [\d,]+\."):
        read_session(GOOD, max_bytes=100)


def test_what_a_file_claims_takes_no_memory():
    """A member of zeros that unpacks to 256 MiB is refused before it is unpacked."""
    data = next(case[1] for case in cases() if case[0] == "zip bomb")
    tracemalloc.start()
    with pytest.raises(ValueError, match="unpacked"):
        read_session(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2**20
