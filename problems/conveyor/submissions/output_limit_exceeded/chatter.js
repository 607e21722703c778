"use strict";
// Reports a stretch without end.
// @EXPECTED_RESULTS@: OUTPUT-LIMIT
const fs = require("fs");
const block = Buffer.alloc(1 << 16, "1 1\n");

for (;;) {
    try {
        fs.writeSync(1, block);
    } catch (error) {
        if (error.code !== "EAGAIN")
            throw error;
    }
}
