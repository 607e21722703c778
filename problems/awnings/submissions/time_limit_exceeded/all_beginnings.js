"use strict";
// Tries all beginnings of the last awning: 20 thousand million at secret/10-dense.
const [n, c, ...stalls] = require("fs").readFileSync(0, "latin1").trim().split(/\s+/).map(Number);
const best = [0];
for (let i = 0; i < n; i++) {
    let least = Infinity;
    for (let j = 0; j <= i; j++) {
        const length = stalls[i] - stalls[j];
        least = Math.min(least, best[j] + c + length * length);
    }
    best.push(least);
}
console.log(best[n]);
