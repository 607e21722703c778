"use strict";
const input = require("fs").readFileSync(0);
let at = 0;

function nextInteger() {
    while (input[at] <= 32)
        at++;
    const negative = input[at] === 45;
    if (negative)
        at++;
    let value = 0;
    while (input[at] > 32)
        value = 10 * value + input[at++] - 48;
    return negative ? -value : value;
}

const n = nextInteger();
const m = nextInteger();
const first = new Int32Array(m).fill(-1);
first[0] = 0;
let remainder = 0, longest = 0, start = 0;
for (let i = 1; i <= n; i++) {
    remainder = ((remainder + nextInteger()) % m + m) % m;
    const seen = first[remainder];
    if (seen < 0) {
        first[remainder] = i;
    } else if (i - seen > longest) {
        longest = i - seen;
        start = seen + 1;
    }
}
console.log(`${longest} ${start}`);
