/* The flows of the conformance suite in C; `tests/conformance.rs` says what each has to do. */

#include "conformance.h"

wflow_future submit_one(const char *task, wflow_input input) {
    return wflow_submit(task, WFLOW_INPUTS(input), NULL);
}

wflow_result told(wflow_result result) {
    const char *kind = wflow_kind_name(result.kind);
    if (result.kind != WFLOW_COMPLETED)
        return wflow_return_string(wflow_jsonf("%s: %s", kind, result.message).data);
    return wflow_return_string(wflow_jsonf("%s with %.*s", kind, (int)result.value.size, result.value.data).data);
}

wflow_result kind_of(wflow_future run) {
    return wflow_return_string(wflow_kind_name(wflow_wait(run).kind));
}

void wflow_register(void) {
    add_values();
    add_futures();
    add_runs();
    add_ends();
    add_said();
    add_granted();
    add_timed();
}
