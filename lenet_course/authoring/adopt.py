"""Give the course a new home: rewrite the repository's address wherever it stands.

_config.yml holds the address, as repository.url; the launch buttons are made from it. A fork
must repeat it in the install cells, in links and in pyproject.toml, in two forms: OWNER/REPO, and
the published book's OWNER.github.io/REPO. The name of the package, lenet-course, is no address
and stays.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

# GitHub's rules for names.
_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}/(?!\.{1,2}$)[\w.-]{1,100}", re.A)
_URL = re.compile(r"^repository:\n(?:[ #].*\n)*? +url: https://github\.com/(\S+)$", re.MULTILINE)


def adopt(root: Path, repository: str) -> list[Path]:
    """Rewrite the old address to the new one in every text file of the repository.

    Parameters
    ----------
    root
        The root of a clone. Files that git ignores, and symbolic links, are left alone.
    repository
        The new address, as OWNER/REPO.

    Returns
    -------
    list of Path
        The files that were rewritten, in order.

    Raises
    ------
    ValueError
        If `repository` is not OWNER/REPO, `root` is not a clone, or its _config.yml names no
        repository on GitHub. No file was changed then.
    FileNotFoundError
        If there is no _config.yml in `root`.
    """
    if not _OWNER_AND_NAME.fullmatch(repository) or repository.endswith(".git"):
        raise ValueError(
            f"The new address should be OWNER/REPO, as in https://github.com/OWNER/REPO. "
            f"Got {repository!r}."
        )
    old = address(root)
    new_of = {old: repository, _pages(old): _pages(repository)}
    # Longer names go on with a letter, a digit, a hyphen or an underscore; a sentence may end
    # with a full stop.
    pattern = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, new_of))})(?![\w-])")
    # All new files exist before the first old one is replaced.
    with tempfile.TemporaryDirectory(dir=root) as folder:
        rewritten: dict[Path, Path] = {}
        for path in _files(root):
            try:
                text = path.read_bytes().decode()
            except UnicodeDecodeError:
                continue
            replaced = pattern.sub(lambda match: new_of[match[1]], text)
            if replaced != text:
                unfinished = Path(folder, str(len(rewritten)))
                unfinished.write_bytes(replaced.encode())
                shutil.copymode(path, unfinished)
                rewritten[path] = unfinished
        # The file that holds the address comes last: stopped halfway, the same command goes on.
        for path in sorted(rewritten, key=lambda path: path == root / "_config.yml"):
            rewritten[path].replace(path)
    return list(rewritten)


def address(root: Path) -> str:
    """Read the repository's address from _config.yml, as OWNER/REPO.

    Raises
    ------
    FileNotFoundError
        If there is no _config.yml in `root`.
    ValueError
        If it names no repository on GitHub.
    """
    path = root / "_config.yml"
    found = _URL.search(path.read_text(encoding="utf-8"))
    if found is None or not _OWNER_AND_NAME.fullmatch(found[1]):
        raise ValueError(
            f"{path} should name the course's repository:\n"
            "repository:\n  url: https://github.com/OWNER/REPO"
        )
    return found[1]


def _pages(repository: str) -> str:
    """Where GitHub Pages publishes a repository. OWNER.github.io itself has no path there."""
    owner, name = repository.split("/")
    host = f"{owner.lower()}.github.io"
    return host if name.lower() == host else f"{host}/{name}"


def _files(root: Path) -> list[Path]:
    git = ("git", "-C", str(root), "ls-files", "-z")
    command = (*git, "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode != 0:
        raise ValueError(
            f"{root.resolve()} should be a clone of the course. git says: {listed.stderr.decode()}"
        )
    paths = [root / name for name in sorted(set(listed.stdout.decode().split("\0"))) if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]
