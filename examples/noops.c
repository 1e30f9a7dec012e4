/* Runs that do nothing, and runs that sleep at the same time: what each language costs. */

#include <stdio.h>
#include <stdlib.h>

#include "wflow.h"

static wflow_result noop(const wflow_args *args) {
    return wflow_return_int(wflow_arg_int(args, "index"));
}

static wflow_result sleeper(const wflow_args *args) {
    wflow_sleep((uint64_t)(1000 * wflow_arg_double(args, "seconds")));
    return wflow_return_nothing();
}

static wflow_result hello(const wflow_args *args) {
    (void)args;
    puts("hello");
    return wflow_return_nothing();
}

static wflow_result noops(const wflow_args *args) {
    int64_t count = wflow_arg_int(args, "count"), sum = 0;
    wflow_future *runs = calloc((size_t)count, sizeof *runs);
    for (int64_t index = 0; index < count; index++)
        runs[index] = wflow_submit("noop", WFLOW_INPUTS(wflow_in_int(index)), NULL);
    for (int64_t index = 0; index < count; index++)
        sum += wflow_int(wflow_wait(runs[index]).value);
    return wflow_return_int(sum);
}

static wflow_result sleepers(const wflow_args *args) {
    int64_t count = wflow_arg_int(args, "count");
    wflow_future *runs = calloc((size_t)count, sizeof *runs);
    for (int64_t index = 0; index < count; index++)
        runs[index] = wflow_submit("sleeper", WFLOW_INPUTS(wflow_in(wflow_arg(args, "seconds"))), NULL);
    for (int64_t index = 0; index < count; index++)
        wflow_wait(runs[index]);
    return wflow_return_nothing();
}

static const wflow_definition table[] = {
    WFLOW_TASK(noop, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("index", "int")), .result = "int"),
    WFLOW_TASK(sleeper, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("seconds", "float"))),
    WFLOW_FLOW(hello, .description = "Prints a line, and runs nothing."),
    WFLOW_FLOW(noops, .description = "Submits runs one by one, and takes all of their results.",
               .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("count", "int")), .result = "int",
               .options = {.runner = "thread-pool"}),
    WFLOW_FLOW(sleepers,
               .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("count", "int"), WFLOW_REQUIRED("seconds", "float"))),
};

WFLOW_GUEST(table)
