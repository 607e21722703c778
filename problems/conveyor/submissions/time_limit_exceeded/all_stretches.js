"use strict";
// Looks at all stretches: 20 thousand million at secret/11-even-steps, and more than a million million at 12-large.
const [header, ...changes] = require("fs").readFileSync(0, "latin1").trim().split("\n");
const [n, m] = header.split(" ").map(Number);
const readings = Int32Array.from(changes);
let longest = 0, start = 0;
for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = i; j < n; j++) {
        sum += readings[j];
        if (sum % m === 0 && j + 1 - i > longest) {
            longest = j + 1 - i;
            start = i + 1;
        }
    }
}
console.log(`${longest} ${start}`);
