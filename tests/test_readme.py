"""What the README promises: its commands, its code and its picture."""

import re
import subprocess
import sys
from pathlib import Path

import rnnviz

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")


def test_the_ten_lines_run_as_printed(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) < 1e-6
    assert (tmp_path / "states.html").stat().st_size > 10**6
    assert len(code.strip().splitlines()) <= 12


def test_it_opens_with_a_picture_and_two_commands():
    commands = re.findall(r"```bash\n(.*?)\n```", TEXT, flags=re.DOTALL)

    assert len(commands) == 2
    assert commands[0].endswith("streamlit run app.py")
    assert commands[1].endswith("-m pytest")
    assert "python -m pytest$" in (ROOT / ".ci/run").read_text("utf-8")
    picture = ROOT / re.search(r"!\[.+?\]\((.+?)\)", TEXT).group(1)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_every_linked_file_is_there():
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_version_is_the_packages():
    assert f'version = "{rnnviz.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")
