// The flows of the conformance suite in TypeScript; `tests/conformance.rs` says what each has to do.

import "./values.js";
import "./futures.js";
import "./runs.js";
import "./ends.js";
import "./said.js";
import "./granted.js";
import "./timed.js";
