"use strict";

// All values stay below 2^53: offsets up to 3e12, slopes up to 2e6 times positions up to 1e6.
// Products of two of them do not, so this is a Li Chao tree, which only compares values.
const SIZE = 1 << 20;
const [n, c, ...stalls] = readNumbers();
const slopes = new Float64Array(2 * SIZE);
const offsets = new Float64Array(2 * SIZE).fill(Infinity);

function readNumbers() {
    return require("fs").readFileSync(0, "latin1").trim().split(/\s+/).map(Number);
}

function insert(slope, offset) {
    let node = 1, from = 0, to = SIZE;
    while (node < 2 * SIZE) {
        const middle = (from + to) >> 1;
        if (slope * middle + offset < slopes[node] * middle + offsets[node]) {
            [slope, slopes[node]] = [slopes[node], slope];
            [offset, offsets[node]] = [offsets[node], offset];
        }
        if (offset === Infinity || slope === slopes[node])
            return;
        // The steeper falling one wins to the right.
        if (slope > slopes[node]) {
            node = 2 * node;
            to = middle;
        } else {
            node = 2 * node + 1;
            from = middle;
        }
    }
}

function lowestAt(x) {
    let value = Infinity;
    for (let node = SIZE + x; node > 0; node >>= 1)
        value = Math.min(value, slopes[node] * x + offsets[node]);
    return value;
}

let best = 0;
for (const x of stalls.slice(0, n)) {
    insert(-2 * x, best + x * x);
    best = lowestAt(x) + x * x + c;
}
console.log(best);
