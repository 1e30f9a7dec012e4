/* Time and chance, and what other languages have async functions for. */

#define _POSIX_C_SOURCE 200112L

#include <inttypes.h>
#include <time.h>

#include "conformance.h"

static wflow_result doze(const wflow_args *args) {
    wflow_sleep((uint64_t)wflow_arg_int(args, "milliseconds"));
    return wflow_return(wflow_arg(args, "milliseconds"));
}

static wflow_result chance(const wflow_args *args) {
    (void)args;
    return wflow_return(wflow_of_uint(wflow_random()));
}

static wflow_result chances(const wflow_args *args) {
    (void)args;
    wflow_result one = wflow_call("chance", WFLOW_NO_INPUTS), other = wflow_call("chance", WFLOW_NO_INPUTS);
    if (one.kind != WFLOW_COMPLETED || other.kind != WFLOW_COMPLETED)
        return one.kind != WFLOW_COMPLETED ? one : other;
    return wflow_return_bool(wflow_uint(one.value) != wflow_uint(other.value));
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static wflow_result gathers(const wflow_args *args) {
    (void)args;
    double began = seconds();
    wflow_future naps[] = {submit_one("doze", wflow_in_int(500)), submit_one("doze", wflow_in_int(500))};
    wflow_sleep(500);
    wflow_wait_all(naps, 2, WFLOW_FOREVER);
    return wflow_return_bool(seconds() - began < 1.4);
}

static wflow_result awaits(const wflow_args *args) {
    (void)args;
    wflow_future run = submit_one("doze", wflow_in_int(10));
    wflow_result called = wflow_call("doze", WFLOW_INPUTS(wflow_in_int(5))), ran = wflow_wait(run);
    if (called.kind != WFLOW_COMPLETED || ran.kind != WFLOW_COMPLETED)
        return called.kind != WFLOW_COMPLETED ? called : ran;
    return wflow_return_int(wflow_int(called.value) + wflow_int(ran.value));
}

static wflow_result fail_now(const wflow_args *args) {
    (void)args;
    return wflow_fail("not now");
}

static wflow_result async_failure(const wflow_args *args) {
    (void)args;
    return told(wflow_call("fail_now", WFLOW_NO_INPUTS));
}

static const wflow_definition table[] = {
    WFLOW_TASK(doze, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("milliseconds", "int")), .result = "int"),
    WFLOW_TASK(chance, .result = "int"),
    WFLOW_FLOW(chances, .result = "bool"),
    WFLOW_FLOW(gathers, .result = "bool"),
    WFLOW_FLOW(awaits, .result = "int"),
    WFLOW_TASK(fail_now, .result = "null"),
    WFLOW_FLOW(async_failure, .result = "string"),
};

void add_timed(void) {
    WFLOW_ADD(table);
}
