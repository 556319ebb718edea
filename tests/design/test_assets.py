"""The build of the look: what it refuses, what it skips, and what it puts out."""

import gzip
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.browser import ROOT


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("portal_assets_build", ROOT / "assets" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the build of a copy of the project."""
    return subprocess.run(
        [sys.executable, str(folder / "assets" / "build.py"), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the build reads, with the installed packages of the checkout."""
    packages = ROOT / "node_modules"
    if not packages.is_dir():
        pytest.skip("The packages of package-lock.json are not installed; `make assets` installs them.")
    shutil.copytree(ROOT / "assets", tmp_path / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(packages)
    return tmp_path


def test_the_lock_file_pins_contents_and_names_no_place_to_download_from() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert ".tgz" not in text


@pytest.mark.parametrize(("colour", "contrast"), [("#000000", 21), ("#ffffff", 1), ("#1d4e5f", 9.1), ("#767676", 4.54)])
def test_contrast_follows_the_formula_of_wcag(build: ModuleType, colour: str, contrast: float) -> None:
    assert build.contrast_with_white(colour) == pytest.approx(contrast, abs=0.05)


@pytest.mark.parametrize("colour", ["teal", "#12345", "#1d4e5f; }", "#f5dd5d", "url(x)"])
def test_a_colour_that_cannot_carry_white_text_stops_the_build_with_one_sentence(copy: Path, colour: str) -> None:
    done = run(copy, PORTAL_BRAND_COLOUR=colour)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Assets: PORTAL_BRAND_COLOUR")
    assert not (copy / "static" / "build").exists()


@pytest.mark.slow
def test_the_build_puts_the_brand_into_everything_once_and_again_only_when_something_changes(copy: Path) -> None:
    output = copy / "static" / "build"
    first = run(copy, PORTAL_BRAND_COLOUR="#5B2C6F")
    assert (first.returncode, first.stderr) == (0, "")
    portal, admin = (output / "portal.css").read_text(), (output / "admin.css").read_text()
    assert all("#5b2c6f" in text for text in (portal, admin, (output / "favicon.svg").read_text()))
    assert "005eb8" not in portal, "the NHS blue"
    assert "frutiger" not in portal.lower()
    assert [host for host in re.findall(r"//([\w.-]+\.\w+)", portal + admin) if host != "www.w3.org"] == []
    for picture in re.findall(r'url\("?([^")]+)', portal):
        assert (output / picture).is_file(), picture
    assert "sourceMappingURL" not in portal + (output / "portal.js").read_text()
    assert "MIT" in (output / "LICENCES.txt").read_text()

    again = run(copy, PORTAL_BRAND_COLOUR="#5B2C6F")
    assert (again.returncode, again.stdout) == (0, "")

    (copy / "assets" / "js" / "portal.js").write_text('import "./missing.js";')
    broken = run(copy, PORTAL_BRAND_COLOUR="#5B2C6F")
    assert broken.returncode == 1
    assert broken.stderr.startswith("Assets: assets/js/portal.js could not be bundled: ")
    assert (output / "portal.css").read_text() == portal, "what was built before still stands"


def test_an_address_of_another_host_is_refused(build: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "fine.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    build.refuse_outside_hosts(tmp_path)
    for text in ("@import url(//fonts.example.org/a.css)", 'src:url("https://fonts.example.org/a.woff2")'):
        (tmp_path / "portal.css").write_text(text)
        with pytest.raises(build.BuildError, match=r"portal\.css refers to another host \(fonts\.example\.org\)"):
            build.refuse_outside_hosts(tmp_path)


def test_scripts_and_styles_stay_small() -> None:
    built = ROOT / "static" / "build"
    if not built.is_dir():
        pytest.skip("The assets are not built; `make assets` builds them.")
    assert len(gzip.compress((built / "portal.js").read_bytes())) < 12_000
    assert len(gzip.compress((built / "portal.css").read_bytes())) < 42_000
