/* How runs end that do not complete. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

static wflow_result fail(const wflow_args *args) {
    (void)args;
    return wflow_fail("no such luck");
}

static wflow_result fails(const wflow_args *args) {
    (void)args;
    return wflow_call("fail", WFLOW_NO_INPUTS);
}

static wflow_result catches(const wflow_args *args) {
    (void)args;
    return told(wflow_call("fail", WFLOW_NO_INPUTS));
}

/* The division itself would be a trap. */
static wflow_result divides(const wflow_args *args) {
    int64_t by = wflow_arg_int(args, "by");
    return by ? wflow_return_int(1 / by) : wflow_fail("ZeroDivisionError");
}

static wflow_result errors(const wflow_args *args) {
    (void)args;
    return wflow_call("divides", WFLOW_INPUTS(wflow_in_int(0)));
}

static wflow_result stubborn(const wflow_args *args) {
    (void)args;
    return wflow_fail("again");
}

static wflow_result retried(const wflow_args *args) {
    (void)args;
    return wflow_call("stubborn", WFLOW_NO_INPUTS);
}

static wflow_result hopeless(const wflow_args *args) {
    (void)args;
    return wflow_fail_permanently("never");
}

static wflow_result permanent(const wflow_args *args) {
    (void)args;
    return wflow_call("hopeless", WFLOW_NO_INPUTS);
}

static bool is_busy(const wflow_result *failure) {
    return strstr(failure->message, "busy") != NULL;
}

static wflow_result picky(const wflow_args *args) {
    return wflow_fail("%s", wflow_arg_string(args, "message"));
}

static wflow_result conditional(const wflow_args *args) {
    return wflow_call("picky", WFLOW_INPUTS(wflow_in(wflow_arg(args, "message"))));
}

static wflow_result lucky_task(const wflow_args *args) {
    (void)args;
    FILE *attempts = fopen("state/attempts", "a+");
    if (!attempts)
        return wflow_fail("state cannot be written");
    fputc('x', attempts);
    fflush(attempts);
    long count = ftell(attempts);
    fclose(attempts);
    if (count < 3)
        return wflow_fail("attempt %ld", count);
    return wflow_return(wflow_jsonf("\"attempt %ld\"", count));
}

static wflow_result lucky(const wflow_args *args) {
    (void)args;
    return wflow_wait(wflow_submit("lucky_task", WFLOW_NO_INPUTS,
                                   WFLOW_WITH(.options = {.retries = 3, .retry_delays_ms = WFLOW_DELAYS(10)})));
}

static wflow_result endless(const wflow_args *args) {
    (void)args;
    for (volatile int turns = 0;; turns = !turns)
        continue;
}

static wflow_result times_out(const wflow_args *args) {
    (void)args;
    return told(wflow_call("endless", WFLOW_NO_INPUTS));
}

static wflow_result crash(const wflow_args *args) {
    (void)args;
    abort();
}

static wflow_result crashes(const wflow_args *args) {
    (void)args;
    return kind_of(wflow_submit("crash", WFLOW_NO_INPUTS, NULL));
}

static wflow_result cancels(const wflow_args *args) {
    (void)args;
    wflow_future run = submit_one("doze", wflow_in_int(3600000));
    wflow_cancel(run);
    return kind_of(run);
}

static wflow_result hoard(const wflow_args *args) {
    (void)args;
    size_t size = (size_t)256 << 20;
    volatile char *memory = malloc(size);
    if (!memory)
        return wflow_fail("no memory");
    memory[size - 1] = 1;
    return wflow_return_int((int64_t)size);
}

static wflow_result beyond_limit(const wflow_args *args) {
    (void)args;
    return wflow_call("hoard", WFLOW_NO_INPUTS);
}

static wflow_result needy(const wflow_args *args) {
    (void)args;
    return wflow_return_int(0);
}

static wflow_result lacks(const wflow_args *args) {
    (void)args;
    return told(wflow_call("needy", WFLOW_NO_INPUTS));
}

#define MESSAGE .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("message", "string"))

static const wflow_definition table[] = {
    WFLOW_TASK(fail, .result = "int"),
    WFLOW_FLOW(fails, .result = "int"),
    WFLOW_FLOW(catches, .result = "string"),
    WFLOW_TASK(divides, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("by", "int")), .result = "int"),
    WFLOW_FLOW(errors, .result = "int"),
    WFLOW_TASK(stubborn, .result = "null", .options = {.retries = 2}),
    WFLOW_FLOW(retried, .result = "null"),
    WFLOW_TASK(hopeless, .result = "null", .options = {.retries = 2}),
    WFLOW_FLOW(permanent, .result = "null"),
    WFLOW_TASK(picky, MESSAGE, .result = "null", .options = {.retries = 2, .retry_if = is_busy}),
    WFLOW_FLOW(conditional, MESSAGE, .result = "null"),
    WFLOW_TASK(lucky_task, .result = "string"),
    WFLOW_FLOW(lucky, .result = "string"),
    WFLOW_TASK(endless, .result = "null", .options = {.timeout_ms = 200}),
    WFLOW_FLOW(times_out, .result = "string"),
    WFLOW_TASK(crash, .result = "null"),
    WFLOW_FLOW(crashes, .result = "string"),
    WFLOW_FLOW(cancels, .result = "string"),
    WFLOW_TASK(hoard, .result = "int", .options = {.limits = {.memory = 64 << 20}}),
    WFLOW_FLOW(beyond_limit, .result = "int"),
    WFLOW_TASK(needy, .result = "int", .options = {.needs = WFLOW_TEXTS("secret nothing")}),
    WFLOW_FLOW(lacks, .result = "string"),
};

void add_ends(void) {
    WFLOW_ADD(table);
}
