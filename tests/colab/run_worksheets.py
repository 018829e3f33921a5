"""Run every worksheet as Colab would, in the environment that this script is started with.

`make test-colab` builds that environment from requirements.txt beside this file. Each worksheet
runs from its install cell on, unmodified; only where pip finds the course differs. A snapshot of
the work tree, as git would commit it, stands in for the address in the install cell.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[2]
INSTALL_CELL = re.compile(r'%pip install -q "lenet-course @ git\+(https://[^@"]+)@([^"]+)"')
# Colab's kernels have imported google.colab before the first cell runs.
BEFORE_THE_FIRST_CELL = """\
import sys, types
sys.modules["google.colab"] = types.ModuleType("google.colab")"""


def main() -> None:
    worksheets = sorted((ROOT / "exercises").glob("*.ipynb"))
    if not worksheets:
        sys.exit(f"No worksheet was found in {ROOT / 'exercises'}.")
    print(f"Python {sys.version.split()[0]}, TensorFlow {metadata.version('tensorflow')}, ", end="")
    print(f"Keras {metadata.version('keras')}, NumPy {metadata.version('numpy')}")
    for path in worksheets:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            run(path, Path(folder))
        print(f"{path.name} passed in {time.perf_counter() - started:.0f} s", flush=True)


def run(path: Path, folder: Path) -> None:
    """Run one worksheet in an empty folder, and check what its install cell installed."""
    notebook = nbformat.read(path, as_version=4)
    install = INSTALL_CELL.search(notebook.cells[0].source)
    if install is None:
        sys.exit(f"{path.name} does not begin with the install cell for Colab.")
    address, branch = install.groups()
    commit = snapshot(folder / "course.git", branch)
    environment = os.environ | {
        "LENET_COURSE_PROGRESS": str(folder / "progress.json"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{(folder / 'course.git').as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    # On a machine of Colab's the course is not there yet.
    pip("uninstall", "-qq", "--yes", "lenet-course")
    before = installed()

    notebook.cells.insert(0, nbformat.v4.new_code_cell(BEFORE_THE_FIRST_CELL))
    work = folder / "content"
    work.mkdir()
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(work)}}
    )
    try:
        client.execute(env=environment)
    except CellExecutionError:
        print("The install cell wrote:", *(output.text for output in notebook.cells[1].outputs))
        raise

    after = installed()
    if (source := after.pop("lenet-course")) != commit:
        sys.exit(f"{path.name}: the course installed is {source}, not the snapshot {commit}.")
    if before != after:
        changed = sorted(set(before.items()) ^ set(after.items()))
        sys.exit(f"{path.name}: its install cell changed other packages too: {changed}")


def snapshot(repository: Path, branch: str) -> str:
    """Commit the work tree to a new repository, and return the commit."""
    settings = ("-c", "user.name=snapshot", "-c", "user.email=snapshot@localhost")
    git = ("git", f"--git-dir={repository}", f"--work-tree={ROOT}", *settings)
    subprocess.run(("git", "init", "--quiet", "--bare", "-b", branch, repository), check=True)
    subprocess.run((*git, "add", "--all"), check=True, cwd=ROOT)
    subprocess.run((*git, "commit", "--quiet", "--message=snapshot"), check=True)
    head = subprocess.run((*git, "rev-parse", "HEAD"), check=True, capture_output=True, text=True)
    return head.stdout.strip()


def installed() -> dict[str, str]:
    """Every installed package, with its version or, if it came from git, its commit."""
    packages = json.loads(pip("inspect"))["installed"]
    return {
        p["metadata"]["name"]: p.get("direct_url", {}).get("vcs_info", {}).get("commit_id")
        or p["metadata"]["version"]
        for p in packages
    }


def pip(*arguments: str) -> str:
    command = (sys.executable, "-m", "pip", *arguments)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
