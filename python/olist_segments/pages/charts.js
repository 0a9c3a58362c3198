// Draw every chart that is shown, at once: a screenshot does not scroll or wait.
"use strict";
const specs = JSON.parse(document.getElementById("charts").textContent);
const plots = [...document.querySelectorAll(".plot")];
document.documentElement.classList.add("js");

function draw(plot) {
    if (plot.dataset.drawn) return;
    plot.dataset.drawn = "yes";
    const { data, layout } = specs[plot.id];
    Plotly.newPlot(plot, data, layout, { responsive: true, displayModeBar: false });
}

function drawShown() {
    plots.filter((plot) => plot.checkVisibility()).forEach(draw);
}

// What is hidden has no size: show it, draw it, and lay it out for the paper, which is
// 680 pixels wide; a grid shows figures in two columns.
let hidden = [];
let closed = [];
function prepareForPaper() {
    // Figures of charts stay in the page; tables of their own are printed.
    closed = [...document.querySelectorAll("details:not(figure details):not([open])")];
    closed.forEach((one) => (one.open = true));
    hidden = [...document.querySelectorAll("[data-choice][hidden]")];
    hidden.forEach((section) => (section.hidden = false));
    for (const plot of plots) {
        draw(plot);
        const width = plot.closest(".figures") ? 325 : 680;
        Plotly.relayout(plot, { width, autosize: false });
    }
}
function backToScreen() {
    closed.forEach((one) => (one.open = false));
    hidden.forEach((section) => (section.hidden = true));
    plots.forEach((plot) => Plotly.relayout(plot, { width: null, autosize: true }));
}
window.addEventListener("beforeprint", prepareForPaper);
window.addEventListener("afterprint", backToScreen);

// Sort a table by a column: numbers by size, texts by letter.
for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    table.querySelectorAll("thead button").forEach((button, column) => {
        button.addEventListener("click", () => {
            const header = button.parentElement;
            const down = header.getAttribute("aria-sort") !== "descending";
            table.querySelectorAll("thead th").forEach((one) => one.removeAttribute("aria-sort"));
            header.setAttribute("aria-sort", down ? "descending" : "ascending");
            const key = (row) => {
                const cell = row.cells[column];
                const number = cell.querySelector("data");
                return number ? Number(number.value) || 0 : cell.textContent;
            };
            const order = (one, other) => {
                const [a, b] = [key(one), key(other)];
                return typeof a === "number" ? a - b : a.localeCompare(b);
            };
            [...body.rows]
                .sort((one, other) => (down ? -order(one, other) : order(one, other)))
                .forEach((row) => body.append(row));
        });
    });
}
