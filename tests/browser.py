"""Pages opened from disk in a real browser, and questions to ask about them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# Where plotly draws: in a page of its own, and in one of ours.
CHARTS = "div.plotly-graph-div, div.plot"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def launched() -> Iterator:
    """Start the headless browser, or skip the test and say what is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed"
    )
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@contextmanager
def opened(browser, path: Path, *, width: int = 1440, height: int = 900) -> Iterator:
    """Open a page from disk without a network, and look at it in a `with` block.

    When the block ends, the page must have written nothing to the console, raised no
    error, and requested only itself and its own content (data and blob URLs).
    """
    problems = []
    address = path.resolve().as_uri()

    def requested(request):
        if request.url.split("#")[0] != address and not request.url.startswith(
            ("data:", "blob:")
        ):
            problems.append(f"request for {request.url}")

    def spoke(message):
        # The software renderer says so when a test reads the pixels of WebGL.
        if "GPU stall due to ReadPixels" not in message.text:
            problems.append(f"console {message.type}: {message.text}")

    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True
    )
    try:
        page = context.new_page()
        page.on("request", requested)
        page.on("websocket", lambda socket: problems.append(f"socket {socket.url}"))
        page.on("pageerror", lambda error: problems.append(f"error {error}"))
        page.on("console", spoke)
        page.goto(address)
        yield page
        page.wait_for_timeout(0)  # what is on its way arrives first
        assert not problems, "; ".join(dict.fromkeys(problems))
    finally:
        context.close()


def overflowing(page) -> list[str]:
    """List elements that reach beyond the right edge of the page.

    A table in a box that scrolls by itself is fine.
    """
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const contained = (element) => {
                for (let box = element.parentElement; box; box = box.parentElement) {
                    if (box === document.body || box === document.documentElement)
                        return false;
                    const inside = box.getBoundingClientRect().right <= width + 1;
                    if (inside && getComputedStyle(box).overflowX !== 'visible')
                        return true;
                }
            };
            const found = [...document.body.querySelectorAll('*')]
                .filter((one) => one.checkVisibility())
                .filter((one) => one.getBoundingClientRect().width > 0)
                .filter((one) => one.getBoundingClientRect().right > width + 1)
                .filter((one) => !contained(one))
                .map((one) => `${one.tagName.toLowerCase()} ${one.id || ''} `
                    + `${one.getAttribute('class') || ''}: reaches to `
                    + `${Math.round(one.getBoundingClientRect().right)} of ${width}`);
            const whole = document.documentElement.scrollWidth;
            return whole > width ? [`the page is ${whole} wide`, ...found] : found;
        }"""
    )


def squeezed_cells(page) -> list[str]:
    """List cells of tables with a sentence in a column of one or two words a line."""
    return page.evaluate(
        """() => [...document.querySelectorAll('td, th')]
            .filter((cell) => cell.checkVisibility())
            .filter((cell) => cell.textContent.trim().length > 40)
            .filter((cell) => cell.getBoundingClientRect().width < 160)
            .map((cell) => cell.textContent.trim())"""
    )


def cut_texts(page) -> list[str]:
    """List texts of shown charts that reach beyond the picture they are part of."""
    return page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)]
            .filter((chart) => chart.checkVisibility())
            .flatMap((chart) => [...chart.querySelectorAll('.main-svg text')]
                .filter((text) => text.textContent.trim() && text.checkVisibility())
                .map((text) => {
                    const is = text.getBoundingClientRect();
                    const box = text.closest('.main-svg').getBoundingClientRect();
                    const by = Math.max(box.left - is.left, is.right - box.right,
                        box.top - is.top, is.bottom - box.bottom);
                    return {by, said: `${chart.id}: ${text.textContent}`};
                })
                .filter((text) => text.by > 0.5)
                .map((text) => `${text.said} is cut by ${text.by.toFixed(1)}`))""",
        CHARTS,
    )


def serious_violations(page) -> list[str]:
    """List what axe-core calls serious or critical, with the first elements of each."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --prefix tests")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(
        """async () => (await axe.run({resultTypes: ['violations']})).violations
            .filter((one) => ['serious', 'critical'].includes(one.impact))
            .map((one) => `${one.id}: ${one.help}: `
                + one.nodes.slice(0, 3).map((node) => node.html).join(' '))"""
    )


def drawn_marks(page) -> dict[str, int]:
    """Count the marks in each panel of each plotly chart that is shown.

    Marks are the shapes of the data (points, bars, lines, areas, cells), not axes,
    grids, titles or legends; those drawn by WebGL count as one if there is any ink. A
    chart that is not drawn at all has an entry of 0.
    """
    page.wait_for_function(
        """(charts) => [...document.querySelectorAll(charts)]
            .filter((chart) => chart.checkVisibility())
            .every((chart) => chart.querySelector('.main-svg'))""",
        arg=CHARTS,
    )
    return page.evaluate(
        """(selector) => {
            const shapes = 'path, circle, rect, image, polygon, line';
            const isDrawn = (mark) => {
                const box = mark.getBoundingClientRect();
                const style = getComputedStyle(mark);
                const ink = (paint) => paint !== 'none'
                    && !/^rgba.* 0\\)$/.test(paint);
                return box.width + box.height > 0 && mark.checkVisibility()
                    && (mark.tagName === 'image' || (ink(style.fill)
                        && style.fillOpacity > 0) || (ink(style.stroke)
                        && style.strokeOpacity > 0));
            };
            const hasInk = (canvas) => {
                if (!canvas.width || !canvas.height) return false;
                const copy = new OffscreenCanvas(canvas.width, canvas.height);
                const pen = copy.getContext('2d');
                pen.drawImage(canvas, 0, 0);
                return pen.getImageData(0, 0, copy.width, copy.height).data
                    .some((value) => value > 0);
            };
            const layers = '.overplot > *, .pielayer, .sunburstlayer, .treemaplayer, '
                + '.funnelarealayer, .iciclelayer, .sankey, .geo .layer.frontplot, '
                + '.polar .frontplot, .parcoords, .indicatorlayer > *';
            const counts = {};
            const charts = [...document.querySelectorAll(selector)]
                .filter((chart) => chart.checkVisibility());
            charts.forEach((chart, index) => {
                const title = chart.querySelector('.gtitle')?.textContent || chart.id;
                const canvases = [...chart.querySelectorAll('.gl-canvas')];
                const gl = canvases.some(hasInk) ? 1 : 0;
                const panels = [...chart.querySelectorAll(layers)]
                    .filter((layer) => layer.childElementCount);
                if (!panels.length) counts[`${index + 1} ${title}`] = gl;
                panels.forEach((panel, number) => {
                    const marks = [...panel.querySelectorAll(shapes)].filter(isDrawn);
                    counts[`${index + 1}.${number + 1} ${title}`] = marks.length || gl;
                });
            });
            return counts;
        }""",
        CHARTS,
    )
