// Unpack plotly.js. In Chromium, reading chunk by chunk ends before the next script runs.
// Elsewhere, a chart that is drawn earlier waits.
"use strict";
{
    const unpack = async () => {
        const packed = atob(document.getElementById("packed-plotly").textContent);
        const { readable, writable } = new DecompressionStream("gzip");
        const writer = writable.getWriter();
        writer.write(Uint8Array.from(packed, (one) => one.charCodeAt(0)));
        writer.close();
        const reader = readable.pipeThrough(new TextDecoderStream()).getReader();
        const script = document.createElement("script");
        for (let part; !(part = await reader.read()).done; ) script.append(part.value);
        delete window.Plotly; // the script brings the real one
        document.head.append(script);
        return window.Plotly;
    };
    const unpacked = unpack();
    const newPlot = (...chart) => unpacked.then((real) => real.newPlot(...chart));
    window.Plotly = { newPlot };
}
