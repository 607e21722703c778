"use strict";
const input = require("fs").readFileSync(0, "latin1").split("\n");
const lines = input.slice(1, 1 + Number(input[0]));
const widest = Math.max(...lines.map((line) => line.length));
const edge = "*".repeat(widest + 4);
const framed = lines.map((line) => {
    const left = (widest - line.length) >> 1;
    return "* " + (" ".repeat(left) + line).padEnd(widest) + " *";
});
console.log([edge, ...framed, edge].join("\n"));
