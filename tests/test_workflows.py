"""The workflows hold what two linters know about GitHub Actions."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

LINTERS = {
    "zizmor": ("--offline", "--no-progress", "--persona=pedantic"),
    # What shellcheck says should not depend on whether a machine has it.
    "actionlint": ("-shellcheck=",),
}


def _lint(linter, paths):
    command = Path(sysconfig.get_path("scripts"), linter)
    return subprocess.run(
        (command, *LINTERS[linter], *paths), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def workflows(root):
    return sorted((root / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("linter", LINTERS)
def test_a_linter_finds_nothing(linter, workflows):
    assert [path.name for path in workflows] == ["publish.yml", "tests.yml", "weekly.yml"]
    result = _lint(linter, workflows)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("linter", "old", "new", "finding"),
    [
        ("zizmor", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "unpinned-uses"),
        ("zizmor", "persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("zizmor", "permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("actionlint", "matrix.python }}", "matrix.pyton }}", "pyton"),
        ("actionlint", "timeout-minutes", "timeout-minuets", "timeout-minuets"),
    ],
)
def test_a_linter_finds_a_fault(linter, old, new, finding, workflows, tmp_path):
    text = next(path for path in workflows if path.name == "tests.yml").read_text()
    assert old in text
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "tests.yml").write_text(text.replace(old, new))
    result = _lint(linter, [folder / "tests.yml"])
    assert result.returncode != 0
    assert finding in result.stdout


def test_only_the_deployment_may_write(workflows):
    writes = [
        (path.name, line.split("#")[0].strip())
        for path in workflows
        for line in path.read_text().splitlines()
        if ": write" in line
    ]
    assert writes == [("publish.yml", "pages: write"), ("publish.yml", "id-token: write")]
