"""A browser without a screen: Debian's Chromium, by Selenium."""

import base64
import hashlib
import json
import os
import shutil
import tempfile

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from .spfblock import CHECKOUT, program
from .waiting import PATIENCE_S, eventually

# Width and height of a window in CSS pixels.
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1440, 900)}

_AXE = os.path.join(
    CHECKOUT, "tests", "blackbox", "vendor", "axe-core", "axe.min.js"
)
_AXE_DIGEST = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def axe_text():
    """axe-core as its authors published it."""
    with open(_AXE, "rb") as file:
        octets = file.read()
    if hashlib.sha256(octets).hexdigest() != _AXE_DIGEST:
        raise AssertionError(f"{_AXE} is not what its authors published")
    return octets.decode()


def artefacts():
    """The folder for what people look at after the tests, beside the program."""
    folder = os.path.join(os.path.dirname(program()), "page")
    os.makedirs(folder, exist_ok=True)
    return folder


def shown(condition, what):
    """As eventually(); what was replaced while it was read is read again.

    A driver has many words for that: a stale element, a node that does not belong
    to the document, a context that is gone.
    """
    met = []

    def read():
        try:
            return condition()
        except WebDriverException as error:
            met[:] = [error]
            return None

    try:
        return eventually(read, what)
    except AssertionError as error:
        raise error from (met[0] if met else None)


class Browser:
    """A window; `close()` ends the browser."""

    def __init__(self):
        self._profile = tempfile.mkdtemp(prefix="spfblock-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in (
            "--headless=new",
            f"--user-data-dir={self._profile}",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-gpu",
            "--force-device-scale-factor=1",
            "--hide-scrollbars",
            "--no-first-run",
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),
        ):
            options.add_argument(argument)
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
        )
        self._driver = webdriver.Chrome(
            options=options, service=Service(shutil.which("chromedriver"))
        )
        self._driver.set_page_load_timeout(PATIENCE_S)
        self._driver.set_script_timeout(PATIENCE_S)

    def close(self):
        self._driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)

    # How it looks.

    def resize(self, size):
        """A name of SIZES."""
        width, height = SIZES[size]
        self._tell(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1,
            mobile=size == "phone",
        )

    def prefer(self, scheme):
        """"light" or "dark"; and no motion, which a click would have to wait for."""
        wanted = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": of} for name, of in wanted.items()]
        self._tell("Emulation.setEmulatedMedia", features=features)

    def run_scripts(self, wanted):
        self._tell("Emulation.setScriptExecutionDisabled", value=not wanted)

    def _tell(self, command, **parameters):
        self._driver.execute_cdp_cmd(command, parameters)

    def screenshot(self, name):
        """The whole page, into artefacts()."""
        size = self._driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
        box = size["cssContentSize"]
        picture = self._driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True,
             "clip": {**box, "x": 0, "y": 0, "scale": 1}},
        )
        path = os.path.join(artefacts(), f"{name}.png")
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    # What is on the page.

    def open(self, url):
        self._driver.get(url)

    def run(self, script, *arguments):
        return self._driver.execute_script(script, *arguments)

    def elements(self, selector):
        return self._driver.find_elements(By.CSS_SELECTOR, selector)

    def element(self, selector):
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """What is seen of it."""
        return self.element(selector).text

    def wait_for(self, what, condition):
        return shown(condition, what)

    def document(self):
        """What tells this document, when all of it is there, from any other; or None."""
        return self.run(
            "return document.readyState === 'complete' ? performance.timeOrigin : null"
        )

    def wait_for_another(self, document):
        """Until all of another one is there, than what document() gave."""
        shown(lambda: self.document() not in (None, document), "another document")

    # What it complains of, and whom it asks.

    def accessibility_faults(self):
        """What axe-core calls serious or critical, a text each."""
        if not self.run("return typeof axe === 'object'"):
            # The policy of the page forbids it as a script of the page.
            self._driver.execute_script(axe_text())
        found = self._driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run(document).then((found) => done(found.violations),"
            "  (error) => done([{impact: 'critical', id: String(error), nodes: []}]))"
        )
        return [
            f"{each['id']}: {[node['html'] for node in each['nodes']]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    def complaints(self):
        """What it wrote to its console since the last call."""
        return [each["message"] for each in self._driver.get_log("browser")]

    def requests(self):
        """The URLs that pages asked for since the last call."""
        urls = []
        for each in self._driver.get_log("performance"):
            message = json.loads(each["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls
