"use strict";
// A judge that checks JavaScript before it runs it says COMPILER-ERROR, one that does not says RUN-ERROR.
// @EXPECTED_RESULTS@: COMPILER-ERROR, RUN-ERROR
let period = 1;
let period = 2;
console.log(period);
