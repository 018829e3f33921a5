"""A fork gets every address rewritten, and nothing else."""

import os
import re
import shutil
import subprocess

import nbformat
import pytest

from lenet_course.authoring.adopt import address, adopt
from lenet_course.authoring.worksheets import make_worksheets

# Neither stands in any file of the repository, or the way back would rewrite that file too.
OLD_EXAMPLE = "/".join(("old-owner", "old.course"))
NEW = "/".join(("New-Owner", "new.course"))


def _contents(folder):
    git = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(git, cwd=folder, capture_output=True, check=True, text=True).stdout
    paths = [folder / name for name in names.split("\0") if name]
    return {path.relative_to(folder): path.read_bytes() for path in paths if path.is_file()}


def _notebooks(folder):
    return sorted(path for path in folder.glob("*/*.ipynb") if path.parent.name != "_build")


@pytest.fixture
def clone(root, tmp_path):
    """Copy the repository as git would see it, without the large data files."""
    for name, content in _contents(root).items():
        if not name.match("*.tar.xz"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    subprocess.run(("git", "init", "--quiet", tmp_path), check=True)
    return tmp_path


@pytest.fixture
def small(tmp_path):
    """Make a repository with nothing but an address."""
    subprocess.run(("git", "init", "--quiet", tmp_path), check=True)
    config = f"title: x\n\nrepository:\n  branch: main\n  url: https://github.com/{OLD_EXAMPLE}\n"
    (tmp_path / "_config.yml").write_text(config)
    return tmp_path


def test_no_trace_of_the_old_address_is_left(clone):
    old = address(clone)
    owner, _ = old.split("/")
    before = _contents(clone)
    rewritten = adopt(clone, NEW)
    after = _contents(clone)
    assert address(clone) == NEW
    assert {p.relative_to(clone) for p in rewritten} == {p for p in after if after[p] != before[p]}
    trace = re.compile(rf"{re.escape(old)}|{re.escape(owner)}\.github\.io".encode(), re.IGNORECASE)
    assert [path for path, content in after.items() if trace.search(content)] == []


def test_the_way_back_gives_the_same_bytes(clone):
    old = address(clone)
    before = _contents(clone)
    assert adopt(clone, NEW) == adopt(clone, old)
    assert _contents(clone) == before


def test_in_a_notebook_only_the_install_cell_changes(clone):
    before = {path: nbformat.read(path, as_version=4) for path in _notebooks(clone)}
    old = address(clone)
    adopt(clone, NEW)
    assert before
    for path, notebook in before.items():
        adopted = nbformat.read(path, as_version=4)
        nbformat.validate(adopted)
        assert f'"lenet-course @ git+https://github.com/{NEW}@' in adopted.cells[0].source
        notebook.cells[0].source = notebook.cells[0].source.replace(old, NEW)
        assert adopted == notebook


def test_the_worksheets_are_still_those_of_the_solutions(clone):
    adopt(clone, NEW)
    before = _contents(clone)
    make_worksheets(clone)
    assert _contents(clone) == before


def test_every_install_cell_names_the_address_and_branch_of_the_configuration(root):
    branch = re.search(r"^  branch: (\S+)$", (root / "_config.yml").read_text(), re.MULTILINE)[1]
    install = (
        'import sys\n\nif "google.colab" in sys.modules:\n'
        f'    %pip install -q "lenet-course @ git+https://github.com/{address(root)}@{branch}"'
    )
    folders = (root / name for name in ("chapters", "exercises", "solutions"))
    paths = [path for folder in folders for path in folder.glob("*.ipynb")]
    assert paths
    for path in paths:
        assert nbformat.read(path, as_version=4).cells[0].source == install, path


def test_the_launch_buttons_open_the_notebook_of_the_page(root, skip):
    folder = root / "_build" / "html"
    pages = [page for page in folder.glob("*/*.html") if _notebook(root, folder, page).exists()]
    if not pages:
        skip("No page of a notebook is in _build/html: run make book.")
    for page in pages:
        path = _notebook(root, folder, page).relative_to(root).as_posix()
        links = re.findall(r'href="(https://(?:colab|mybinder)[^"]+)"', page.read_text())
        assert sorted(set(links)) == [
            f"https://colab.research.google.com/github/{address(root)}/blob/main/{path}",
            f"https://mybinder.org/v2/gh/{address(root)}/main?urlpath=lab/tree/{path}",
        ]


def _notebook(root, folder, page):
    return root / page.relative_to(folder).with_suffix(".ipynb")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://github.com/{old}", "https://github.com/{new}"),
        ("https://github.com/{old}.git", "https://github.com/{new}.git"),
        ("git+https://github.com/{old}@main", "git+https://github.com/{new}@main"),
        ("https://{old_pages}/a.html", "https://{new_pages}/a.html"),
        ("It is {old}.", "It is {new}."),
        ("github.com/{old}-2", "github.com/{old}-2"),
        ("github.com/the-{old}", "github.com/the-{old}"),
        ("github.com/old-owner/old-course", "github.com/old-owner/old-course"),
        ("pip install old.course\r\n", "pip install old.course\r\n"),
        ("{old}\r\nnäher\n", "{new}\r\nnäher\n"),
    ],
)
def test_an_address_changes_wherever_it_ends_and_a_longer_name_does_not(small, before, after):
    file = small / "file.md"
    names = {"old": OLD_EXAMPLE, "new": NEW}
    names |= {f"{k}_pages": v.lower().replace("/", ".github.io/") for k, v in names.items()}
    file.write_bytes(before.format(**names).encode())
    adopt(small, NEW)
    assert file.read_bytes() == after.format(**names).encode()


def test_a_repository_named_as_its_pages_is_published_without_a_path(small):
    file = small / "file.md"
    text = f"github.com/{OLD_EXAMPLE}, old-owner.github.io/old.course/index.html"
    file.write_text(text)
    adopt(small, "me/me.github.io")
    assert file.read_text() == "github.com/me/me.github.io, me.github.io/index.html"
    adopt(small, OLD_EXAMPLE)
    assert file.read_text() == text


def test_files_that_are_no_text_links_and_ignored_files_stay(small):
    (small / ".gitignore").write_text("ignored\n")
    (small / "ignored").write_text(OLD_EXAMPLE)
    (small / "picture").write_bytes(b"\xff" + OLD_EXAMPLE.encode())
    (small / "link").symlink_to("_config.yml")
    before = [(small / name).read_bytes() for name in ("ignored", "picture")]
    assert adopt(small, NEW) == [small / "_config.yml"]
    assert [(small / name).read_bytes() for name in ("ignored", "picture")] == before
    assert (small / "link").is_symlink()


def test_a_script_stays_executable(small):
    script = small / "script"
    script.write_text(f"#!/bin/sh\n# {OLD_EXAMPLE}\n")
    script.chmod(0o755)
    adopt(small, NEW)
    assert NEW in script.read_text()
    assert os.access(script, os.X_OK)


def test_stopped_halfway_the_same_command_goes_on(small, monkeypatch):
    files = [small / "a.md", small / "z.md"]
    for file in files:
        file.write_text(OLD_EXAMPLE)
    replace = type(small).replace

    def stop_at_z(self, target):
        if target.name == "z.md":
            raise OSError("stopped")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(small), "replace", stop_at_z)
        with pytest.raises(OSError, match="stopped"):
            adopt(small, NEW)
    assert [file.read_text() for file in files] == [NEW, OLD_EXAMPLE]
    adopt(small, NEW)
    assert [file.read_text() for file in files] == [NEW, NEW]
    assert sorted(p.name for p in small.iterdir()) == [".git", "_config.yml", "a.md", "z.md"]


@pytest.mark.parametrize(
    "wrong",
    [
        "their-course",
        "someone/",
        "/their-course",
        "someone/their/course",
        "https://github.com/someone/course",
        "some one/course",
        "-someone/course",
        "some--one/course",
        "someone/..",
        "someone/course.git",
        "someone/course\n",
        "",
    ],
)
def test_what_is_no_address_is_refused_and_quoted(small, wrong):
    before = _contents(small)
    with pytest.raises(ValueError, match=rf"OWNER/REPO.*Got {re.escape(repr(wrong))}"):
        adopt(small, wrong)
    assert _contents(small) == before


def test_a_configuration_without_an_address_is_refused(small):
    (small / "_config.yml").write_text("title: x\nsite:\n  url: https://github.com/a/b\n")
    with pytest.raises(ValueError, match=r"_config.yml should name the course's repository"):
        adopt(small, NEW)


def test_outside_a_clone_nothing_is_changed(small):
    shutil.rmtree(small / ".git")
    before = (small / "_config.yml").read_bytes()
    with pytest.raises(ValueError, match="should be a clone of the course"):
        adopt(small, NEW)
    assert (small / "_config.yml").read_bytes() == before
