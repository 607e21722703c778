"use strict";
const [[, rest], ...concerts] = require("fs").readFileSync(0, "latin1").trim().split("\n")
    .map((line) => line.split(" ").map(Number));
concerts.sort((p, q) => p[1] - q[1]);
const best = [0];
concerts.forEach(([start, , joy], i) => {
    let low = 0, high = i;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (concerts[middle][1] <= start - rest)
            low = middle + 1;
        else
            high = middle;
    }
    best.push(Math.max(best[i], best[low] + joy));
});
console.log(best[concerts.length]);
