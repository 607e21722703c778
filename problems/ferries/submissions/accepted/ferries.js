"use strict";

// A binary heap of [cost, place].
class Heap {
    constructor() {
        this.items = [];
    }

    push(item) {
        const items = this.items;
        let i = items.length;
        for (; i > 0 && items[(i - 1) >> 1][0] > item[0]; i = (i - 1) >> 1)
            items[i] = items[(i - 1) >> 1];
        items[i] = item;
    }

    pop() {
        const items = this.items;
        const top = items[0];
        const last = items.pop();
        if (items.length === 0)
            return top;
        let i = 0;
        for (let child = 1; child < items.length; child = 2 * i + 1) {
            if (child + 1 < items.length && items[child + 1][0] < items[child][0])
                child++;
            if (items[child][0] >= last[0])
                break;
            items[i] = items[child];
            i = child;
        }
        items[i] = last;
        return top;
    }
}

const numbers = require("fs").readFileSync(0, "latin1").trim().split(/\s+/).map(Number);
const n = numbers[0];
const lines = Array.from({ length: n + 1 }, () => []);
for (let i = 2; i < numbers.length; i += 3) {
    const [a, b, fare] = numbers.slice(i, i + 3);
    lines[a].push([b, fare]);
    lines[b].push([a, fare]);
}

// Place 2i is island i with the voucher at hand, place 2i + 1 without it.
const costs = new Array(2 * n + 2).fill(Infinity);
const heap = new Heap();

function improve(place, cost) {
    if (cost < costs[place]) {
        costs[place] = cost;
        heap.push([cost, place]);
    }
}

improve(2, 0);
while (heap.items.length > 0) {
    const [cost, place] = heap.pop();
    if (cost > costs[place])
        continue;
    const used = place % 2;
    for (const [other, fare] of lines[place >> 1]) {
        improve(2 * other + used, cost + fare);
        if (!used)
            improve(2 * other + 1, cost);
    }
}
const best = Math.min(costs[2 * n], costs[2 * n + 1]);
console.log(best === Infinity ? "impossible" : String(best));
