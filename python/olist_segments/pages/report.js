// The picker shows one segment; on paper and without this script all are shown.
"use strict";
const choices = [...document.querySelectorAll('input[name="segment"]')];
const details = [...document.querySelectorAll("[data-choice]")];

function choose(number) {
    for (const section of details) section.hidden = section.dataset.choice !== number;
    for (const choice of choices) choice.checked = choice.value === number;
    drawShown();
}
choices.forEach((one) => one.addEventListener("change", () => choose(one.value)));
choose(choices[0].value);

// A link to a hidden segment picks it.
function follow() {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.dataset.choice) {
        choose(target.dataset.choice);
        target.scrollIntoView();
        target.focus({ preventScroll: true });
    }
}
window.addEventListener("hashchange", follow);
follow();

// The map's tools are boxes and buttons, so that they work without a mouse.
const map = document.getElementById("map");
const tools = document.querySelector(".map-tools");
tools.hidden = false;
tools.querySelectorAll("input").forEach((box) => {
    box.addEventListener("change", () => {
        draw(map);
        const trace = map.data.findIndex((one) => one.meta === Number(box.value));
        if (trace >= 0) Plotly.restyle(map, { visible: box.checked }, [trace]);
    });
});
tools.querySelectorAll("button").forEach((button) => {
    button.addEventListener("click", () => {
        draw(map);
        if (button.dataset.zoom === "all") {
            Plotly.relayout(map, { "xaxis.autorange": true, "yaxis.autorange": true });
            return;
        }
        const zoomed = {};
        for (const axis of ["xaxis", "yaxis"]) {
            const [low, high] = map._fullLayout[axis].range;
            const [middle, reach] = [(low + high) / 2, (high - low) / 2];
            const factor = Number(button.dataset.zoom);
            zoomed[`${axis}.range`] = [middle - reach * factor, middle + reach * factor];
        }
        Plotly.relayout(map, zoomed);
    });
});
