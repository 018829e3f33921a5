"""The book is built from what is there now: its cache cannot lie, its build cannot hide."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from lenet_course import book

JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """A book with our settings, our package and one quick chapter that counts its runs."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "requirements.lock", "references.bib", "Makefile"):
        shutil.copy(root / name, folder)
    for name in ("assets", "lenet_course"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: quick\n")
    (folder / "index.md").write_text("# A book\n")
    write_chapter(folder, "print('plain')")
    return folder


def write_chapter(folder, code):
    count = "with open('runs', 'a') as file:\n    file.write('.')\n"
    cells = [
        nbformat.v4.new_markdown_cell("# Quick", id="title"),
        nbformat.v4.new_code_cell(f"{count}{code}", id="code"),
    ]
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    nbformat.write(notebook, folder / "quick.ipynb")


def build(folder, *command):
    """Build the book with its own copy of the package; return the finished process."""
    return subprocess.run(
        command or (JUPYTER_BOOK, "build", "."),
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


def runs(folder):
    return len((folder / "runs").read_text())


def page(folder):
    return (folder / "_build" / "html" / "quick.html").read_text()


def test_an_unchanged_chapter_is_run_once(project):
    for _ in range(2):
        assert build(project).returncode == 0
        assert runs(project) == 1
    assert "plain" in page(project)


@pytest.mark.parametrize(
    ("changed", "addition"),
    [
        ("lenet_course/models.py", b"\nADDED = 1\n"),
        ("lenet_course/data/README.md", b"added"),
        ("requirements.lock", b"# added\n"),
    ],
)
def test_a_change_of_what_a_chapter_uses_runs_it_again(project, changed, addition):
    write_chapter(project, "print('runs:', len(open('runs').read()))")
    assert build(project).returncode == 0
    before = runs(project)
    assert f"runs: {before}\n" in page(project)
    file = project / changed
    file.write_bytes(file.read_bytes() + addition)
    assert build(project).returncode == 0
    assert runs(project) == before + 1
    assert f"runs: {before + 1}\n" in page(project)


def test_a_change_of_a_chapter_runs_it_again(project):
    write_chapter(project, "print('first')")
    build(project)
    write_chapter(project, "print('second')")
    assert build(project).returncode == 0
    assert "second" in page(project)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('a cell that fails')", "a cell that fails"),
        (
            "from IPython.display import Image\n"
            "Image(b'\\x89PNG\\r\\n\\x1a\\n' + b'no picture', format='png')",
            "picture without alternative text",
        ),
    ],
)
def test_make_book_fails_each_time(project, code, said):
    """Of a failed build nothing may be kept that lets the next one pass."""
    write_chapter(project, code)
    make = ("make", "--old-file=env", "book", f"BIN={JUPYTER_BOOK.parent}")
    for _ in range(2):
        built = build(project, *make)
        assert built.returncode != 0
        assert said in built.stdout + built.stderr


def test_the_extension_in_a_book_of_markdown(tmp_path):
    """The same extension without Jupyter Book, in this process."""
    source, output = tmp_path / "source", tmp_path / "_build" / "html"
    source.mkdir()
    settings = {
        "extensions": ["myst_nb", "lenet_course.book"],
        # Named here, so that Sphinx's own table, which other tests read, is not written to.
        "source_suffix": {".md": "myst-nb"},
    }
    (source / "index.md").write_text("# Book\n\n![](a.png)\n\n![Words.](a.png)\n")
    (source / "a.png").write_bytes(b"")
    (source / "requirements.lock").write_text("numpy==1\n")
    old = tmp_path / "_build" / ".jupyter_cache" / "0123456789abcdef"
    old.mkdir(parents=True)
    warnings = io.StringIO()
    with docutils_namespace():
        app = Sphinx(source, None, output, output, "html", settings, status=None, warning=warnings)
        app.build()
    assert warnings.getvalue().count("picture without alternative text: a.png") == 1
    assert not old.exists()
    cache = Path(app.config.nb_execution_cache_path)
    assert cache == old.with_name(book.fingerprint(source))


def test_a_component_of_a_chapter_is_an_element_of_the_page(project):
    write_chapter(project, "from lenet_course.widgets import lenet_live\nlenet_live()")
    done = build(project, JUPYTER_BOOK, "build", ".", "-W", "--keep-going", "-n")
    assert done.returncode == 0, done.stderr
    assert '<div class="component" data-component="lenet_live"' in page(project)
    assert 'src="_static/widgets/host.js?v=' in page(project)
    assert (project / "_build" / "html" / "_static" / "widgets" / "lenet_live.js").exists()


def test_the_scripts_of_components_change_no_output(tmp_path, monkeypatch):
    (tmp_path / "requirements.lock").write_text("")
    monkeypatch.setattr(book, "__file__", str(tmp_path / "book.py"))
    before = book.fingerprint(tmp_path)
    (tmp_path / "live.js").write_text("1;")
    assert book.fingerprint(tmp_path) == before
    (tmp_path / "live.py").write_text("1")
    assert book.fingerprint(tmp_path) != before


def test_glue_does_nothing_without_myst_nb(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "myst_nb", None)
    book.glue("name", 1)
    assert capsys.readouterr().out == ""


def test_glue_hands_the_value_over(monkeypatch):
    import myst_nb

    handed_over = []
    monkeypatch.setattr(myst_nb, "glue", lambda *args, **kwargs: handed_over.append((args, kwargs)))
    book.glue("accuracy", 0.5)
    assert handed_over == [(("accuracy", 0.5), {"display": False})]
