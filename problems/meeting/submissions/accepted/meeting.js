"use strict";
const numbers = require("fs").readFileSync(0, "latin1").trim().split(/\s+/).map(Number);
const n = numbers[0];
let tooSoon = 0, enough = 1e9;
for (let round = 0; round < 80; round++) {
    const time = (tooSoon + enough) / 2;
    let left = -Infinity, right = Infinity;
    for (let i = 0; i < n; i++) {
        const reach = numbers[2 * i + 2] * time;
        left = Math.max(left, numbers[2 * i + 1] - reach);
        right = Math.min(right, numbers[2 * i + 1] + reach);
    }
    if (left <= right)
        enough = time;
    else
        tooSoon = time;
}
console.log(enough);
