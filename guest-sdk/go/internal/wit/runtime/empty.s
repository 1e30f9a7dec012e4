// Lets functions without a body pass where there is no WebAssembly.
