"use strict";
// Uses the voucher for the dearest ride of the way that is cheapest without it: wrong at secret/04-dear-ride.
const numbers = require("fs").readFileSync(0, "latin1").trim().split(/\s+/).map(Number);
const n = numbers[0];
const lines = [];
for (let i = 2; i < numbers.length; i += 3) {
    const [a, b, fare] = numbers.slice(i, i + 3);
    lines.push([a, b, fare], [b, a, fare]);
}
const costs = new Array(n + 1).fill(Infinity);
const dearest = new Array(n + 1).fill(0);
costs[1] = 0;
for (let changed = true; changed;) {
    changed = false;
    for (const [a, b, fare] of lines) {
        if (costs[a] + fare < costs[b]) {
            costs[b] = costs[a] + fare;
            dearest[b] = Math.max(dearest[a], fare);
            changed = true;
        }
    }
}
console.log(costs[n] === Infinity ? "impossible" : String(costs[n] - dearest[n]));
