"use strict";
const s = require("fs").readFileSync(0, "latin1").trim();
const n = s.length;
const border = new Int32Array(n + 1);
for (let i = 1, k = 0; i < n; i++) {
    while (k > 0 && s[i] !== s[k])
        k = border[k];
    if (s[i] === s[k])
        k++;
    border[i + 1] = k;
}
const period = n - border[n];
console.log(`${period}\n${n % period === 0 ? "yEs" : "nO"}`);
