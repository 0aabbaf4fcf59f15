"""A headless Chromium over its debugging pipe: pages as a reader sees them, without a library.

The browser is a package of the system (``apt-get install chromium``); a machine without one fails
these tests, it does not skip them.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 60.0


class Browser:
    """One browser with one tab. Use as a context manager."""

    def __init__(self) -> None:
        named = os.environ.get("COSTPLAN_BROWSER")
        program = named or next((one for one in PROGRAMS if shutil.which(one)), None)
        assert program, "no browser: install chromium, or name one in COSTPLAN_BROWSER"
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        read_ours, write_theirs = os.pipe()
        read_theirs, write_ours = os.pipe()
        os.set_inheritable(read_theirs, True)
        os.set_inheritable(write_theirs, True)
        # The browser reads commands from descriptor 3 and writes answers to descriptor 4; both are
        # first moved out of the way, or one could overwrite the other.
        shell = f'exec 8<&{read_theirs} 9>&{write_theirs} 3<&8 4>&9; exec "$0" "$@"'
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={self.folder.name}",
            "--remote-debugging-pipe",
            "about:blank",
        ]
        self.process = subprocess.Popen(
            ["bash", "-c", shell, program, *arguments],
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_theirs)
        os.close(write_theirs)
        self.reader, self.writer = read_ours, write_ours
        self.buffer, self.number, self.session = b"", 0, None
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Browser:
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        made = self.ask("Target.attachToTarget", targetId=page, flatten=True)
        self.session = made["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self.session = None
        try:
            self.ask("Browser.close")
            self.process.wait(10)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(10)
        os.close(self.reader)
        os.close(self.writer)
        self.folder.cleanup()

    def ask(self, method: str, **parameters: Any) -> Any:
        """A command's answer. Events that come before it are kept."""
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self.number:
                assert "error" not in found, f"{method}: {found['error']}"
                return found["result"]
            self.events.append(found)

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reader], [], [], max(0, until - time.monotonic()))
            assert ready, "the browser does not answer"
            part = os.read(self.reader, 1 << 20)
            assert part, "the browser ended"
            self.buffer += part
        text, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(text)

    def open(self, path: Path) -> None:
        """Load a file and wait until it is there."""
        self.events.clear()
        self.ask("Page.navigate", url=path.resolve().as_uri())
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(self._next())

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        made = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in made, made
        return made["result"].get("value")

    def look(self, width: int = 1000, top: int = 0, height: int = 900, **media: str) -> bytes:
        """A picture (PNG) of a stretch of the page, with media features such as a colour scheme."""
        self.ask(
            "Emulation.setEmulatedMedia",
            media=media.pop("media", ""),
            features=[{"name": key, "value": value} for key, value in media.items()],
        )
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )
        part = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        made = self.ask("Page.captureScreenshot", clip=part, captureBeyondViewport=True)
        return base64.b64decode(made["data"])

    def requests(self) -> list[str]:
        """The addresses that the page asked for, its own file left out."""
        asked = [one for one in self.events if one.get("method") == "Network.requestWillBeSent"]
        return [one["params"]["request"]["url"] for one in asked][1:]

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, exceptions, violations of the page's policy."""
        kinds = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
        return [json.dumps(one["params"]) for one in self.events if one.get("method") in kinds]
