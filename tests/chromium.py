"""Finding Chromium for the browser tests: `python -m tests.chromium` prints where it is, installing it where it is not.

The machine's own comes first. Else it is the Debian package, where apt is there and may be used, else the one that
Playwright brings. Without any, the exit status is 1 with CI=true, and 0 with a word of warning otherwise.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Return the path of a Chromium: PORTAL_CHROMIUM, the machine's, Playwright's; empty where there is none."""
    for name in (os.environ.get("PORTAL_CHROMIUM", ""), *PROGRAMS):
        if path := name and shutil.which(name):
            return path
    try:
        script = (
            "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError:
        return ""
    path = done.stdout.strip()
    return path if Path(path).is_file() else ""


def install_chromium() -> None:
    """Try the Debian package, then Playwright's own download."""
    become_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not become_root or _succeeds([*become_root, "true"])):
        quietly = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
        for command in ("update", "install"):
            extra = ["--yes", "--no-install-recommends", "chromium"] if command == "install" else []
            if not _succeeds([*quietly, command, *extra]):
                break
        else:
            return
    _succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def _succeeds(command: list[str]) -> bool:
    """Run the command; where it fails, pass on the line that says why."""
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    except OSError:
        return False
    if done.returncode and (said := done.stderr.strip().splitlines()):
        telling = [line for line in said if "error" in line.lower() or line.startswith("E:")]
        sys.stderr.write(f"{(telling or said)[-1].strip()}\n")
    return done.returncode == 0


def main() -> int:
    """Print the path on standard output, everything else on standard error."""
    if not (path := find_chromium()):
        sys.stderr.write("No Chromium on this machine; installing it for the browser tests.\n")
        install_chromium()
        path = find_chromium()
    if path:
        sys.stdout.write(f"{path}\n")
        return 0
    sys.stderr.write("Chromium can neither be found nor installed: the browser tests cannot run.\n")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
