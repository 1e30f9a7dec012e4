/* Many runs, and flows in flows. */

#include "conformance.h"

/* The results of runs that completed, as a list; or how the first that did not ended. */
static wflow_result results_of(const wflow_future *runs, size_t count) {
    wflow_json json = {0};
    wflow_begin_list(&json);
    for (size_t i = 0; i < count; i++) {
        wflow_result result = wflow_wait(runs[i]);
        if (result.kind != WFLOW_COMPLETED)
            return result;
        wflow_put(&json, result.value);
    }
    wflow_end_list(&json);
    return wflow_return(wflow_written(&json));
}

static wflow_result add(const wflow_args *args) {
    return wflow_return_int(wflow_arg_int(args, "a") + wflow_arg_int(args, "b"));
}

static wflow_result mapped(const wflow_args *args) {
    (void)args;
    wflow_input numbers[] = {wflow_in_int(1), wflow_in_int(2), wflow_in_int(3)};
    wflow_future runs[3];
    wflow_map("add", WFLOW_COLUMNS(wflow_each(numbers), wflow_same(wflow_in_int(10))), 3, NULL, runs);
    return results_of(runs, 3);
}

static wflow_result mapped_futures(const wflow_args *args) {
    (void)args;
    wflow_input numbers[] = {wflow_in_int(1), wflow_in_int(2), wflow_in_int(3)};
    wflow_future runs[3], further[3];
    wflow_map("increment", WFLOW_COLUMNS(wflow_each(numbers)), 3, NULL, runs);
    wflow_input results[] = {wflow_in_result(runs[0]), wflow_in_result(runs[1]), wflow_in_result(runs[2])};
    wflow_map("increment", WFLOW_COLUMNS(wflow_each(results)), 3, NULL, further);
    return results_of(further, 3);
}

static wflow_result completed_in_order(const wflow_args *args) {
    (void)args;
    wflow_input times[] = {wflow_in_int(900), wflow_in_int(450), wflow_in_int(0)};
    wflow_future runs[3], in_order[3], ended;
    wflow_map("doze", WFLOW_COLUMNS(wflow_each(times)), 3, NULL, runs);
    size_t left = 3, done = 0;
    while (wflow_take_ended(runs, &left, &ended))
        in_order[done++] = ended;
    return results_of(in_order, done);
}

static wflow_result waited(const wflow_args *args) {
    (void)args;
    wflow_input times[] = {wflow_in_int(0), wflow_in_int(0), wflow_in_int(3600000)};
    wflow_future runs[3];
    wflow_map("doze", WFLOW_COLUMNS(wflow_each(times)), 3, NULL, runs);
    size_t done = wflow_wait_all(runs, 3, 1000);
    for (size_t i = 0; i < 3; i++)
        if (!wflow_has_ended(runs[i]))
            wflow_cancel(runs[i]);
    return wflow_return(wflow_jsonf("[%zu, %zu]", done, 3 - done));
}

static wflow_result unawaited(const wflow_args *args) {
    (void)args;
    submit_one("doze", wflow_in_int(50));
    return wflow_return_nothing();
}

static wflow_result by_name(const wflow_args *args) {
    (void)args;
    return wflow_call("add", WFLOW_INPUTS(wflow_named("b", wflow_in_int(1)), wflow_named("a", wflow_in_int(2))));
}

static wflow_result doubled(const wflow_args *args) {
    wflow_input number = wflow_in(wflow_arg(args, "number"));
    return wflow_call("add", WFLOW_INPUTS(number, number));
}

static wflow_result subflow(const wflow_args *args) {
    (void)args;
    return wflow_call_flow("doubled", WFLOW_INPUTS(wflow_in_int(21)));
}

static wflow_result subflow_future(const wflow_args *args) {
    (void)args;
    wflow_future run = wflow_start("doubled", WFLOW_INPUTS(wflow_in_int(20)), NULL);
    return wflow_call("increment", WFLOW_INPUTS(wflow_in_result(run)));
}

static wflow_result broken(const wflow_args *args) {
    (void)args;
    return wflow_call("fail", WFLOW_NO_INPUTS);
}

static wflow_result failing_subflow(const wflow_args *args) {
    (void)args;
    return told(wflow_call_flow("broken", WFLOW_NO_INPUTS));
}

static const wflow_definition table[] = {
    WFLOW_TASK(add, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("a", "int"), WFLOW_REQUIRED("b", "int")),
               .result = "int"),
    WFLOW_FLOW(mapped, .result = "int[]"),
    WFLOW_FLOW(mapped_futures, .result = "int[]"),
    WFLOW_FLOW(completed_in_order, .result = "int[]"),
    WFLOW_FLOW(waited, .result = "int[]"),
    WFLOW_FLOW(unawaited, .result = "null"),
    WFLOW_FLOW(by_name, .result = "int"),
    WFLOW_FLOW(doubled, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("number", "int")), .result = "int"),
    WFLOW_FLOW(subflow, .result = "int"),
    WFLOW_FLOW(subflow_future, .result = "int"),
    WFLOW_FLOW(broken, .result = "int"),
    WFLOW_FLOW(failing_subflow, .result = "string"),
};

void add_runs(void) {
    WFLOW_ADD(table);
}
