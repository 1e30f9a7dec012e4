/* Futures as arguments. */

#include "conformance.h"

static wflow_result increment(const wflow_args *args) {
    return wflow_return_int(wflow_arg_int(args, "number") + 1);
}

static wflow_result total(const wflow_args *args) {
    int64_t sum = 0;
    for (wflow_items it = wflow_each_of(wflow_arg(args, "numbers")); wflow_next(&it);)
        sum += wflow_int(it.value);
    return wflow_return_int(sum);
}

static wflow_result future_as_argument(const wflow_args *args) {
    (void)args;
    wflow_future first = submit_one("increment", wflow_in_int(1));
    return wflow_call("increment", WFLOW_INPUTS(wflow_in_result(first)));
}

static wflow_result list_of_futures(const wflow_args *args) {
    (void)args;
    wflow_future runs[4];
    for (int i = 0; i < 4; i++)
        runs[i] = submit_one("increment", wflow_in_int(i));
    return wflow_call("total", WFLOW_INPUTS(wflow_in_results(runs, 4)));
}

static wflow_result chain(const wflow_args *args) {
    wflow_future run = submit_one("increment", wflow_in_int(0));
    for (int64_t i = 1; i < wflow_arg_int(args, "length"); i++)
        run = submit_one("increment", wflow_in_result(run));
    return wflow_wait(run);
}

static wflow_result nested_sum(const wflow_args *args) {
    int64_t depth = wflow_arg_int(args, "depth");
    if (depth == 0)
        return wflow_return_int(1);
    wflow_future runs[2];
    for (int i = 0; i < 2; i++)
        runs[i] = submit_one("nested_sum", wflow_in_int(depth - 1));
    return wflow_call("total", WFLOW_INPUTS(wflow_in_results(runs, 2)));
}

static wflow_result nested(const wflow_args *args) {
    return wflow_call("nested_sum", WFLOW_INPUTS(wflow_in(wflow_arg(args, "depth"))));
}

static wflow_result waits_for_another(const wflow_args *args) {
    (void)args;
    wflow_future first = submit_one("doze", wflow_in_int(100));
    return wflow_wait(wflow_submit("increment", WFLOW_INPUTS(wflow_in_int(1)),
                                   WFLOW_WITH(WFLOW_WAIT_FOR({.run = first}))));
}

static wflow_result tell(const wflow_args *args) {
    return told(wflow_outcome(wflow_arg(args, "run")));
}

static wflow_result allowed(const wflow_args *args) {
    bool fails = wflow_arg_bool(args, "fails");
    wflow_future run =
        fails ? wflow_submit("fail", WFLOW_NO_INPUTS, NULL) : submit_one("increment", wflow_in_int(1));
    return wflow_call("tell", WFLOW_INPUTS(wflow_in_outcome(run)));
}

static wflow_result upstream(const wflow_args *args) {
    (void)args;
    wflow_future run = wflow_submit("fail", WFLOW_NO_INPUTS, NULL);
    return kind_of(submit_one("increment", wflow_in_result(run)));
}

#define TAKES(name, type) .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED(name, type))

static const wflow_definition table[] = {
    WFLOW_TASK(increment, TAKES("number", "int"), .result = "int"),
    WFLOW_TASK(total, TAKES("numbers", "int[]"), .result = "int"),
    WFLOW_FLOW(future_as_argument, .result = "int"),
    WFLOW_FLOW(list_of_futures, .result = "int"),
    WFLOW_FLOW(chain, TAKES("length", "int"), .result = "int"),
    WFLOW_TASK(nested_sum, TAKES("depth", "int"), .result = "int"),
    WFLOW_FLOW(nested, TAKES("depth", "int"), .result = "int"),
    WFLOW_FLOW(waits_for_another, .result = "int"),
    WFLOW_TASK(tell, TAKES("run", "json"), .result = "string"),
    WFLOW_FLOW(allowed, TAKES("fails", "bool"), .result = "string"),
    WFLOW_FLOW(upstream, .result = "string"),
};

void add_futures(void) {
    WFLOW_ADD(table);
}
