/* What runs say and leave behind. */

#include <stdio.h>

#include "conformance.h"

static wflow_result logs_task(const wflow_args *args) {
    (void)args;
    wflow_log(WFLOW_DEBUG, "for the curious");
    wflow_log(WFLOW_INFO, "grüße %s", "alle");
    wflow_log(WFLOW_WARNING, "careful");
    wflow_log(WFLOW_ERROR, "broken");
    return wflow_return_nothing();
}

static wflow_result logs(const wflow_args *args) {
    (void)args;
    return wflow_call("logs_task", WFLOW_NO_INPUTS);
}

static wflow_result say(const wflow_args *args) {
    puts(wflow_arg_string(args, "text"));
    return wflow_return_nothing();
}

static wflow_result prints(const wflow_args *args) {
    (void)args;
    return wflow_call("say", WFLOW_INPUTS(wflow_in_string("Grüße, 世界")));
}

static wflow_result logs_prints(const wflow_args *args) {
    (void)args;
    return wflow_call("say", WFLOW_INPUTS(wflow_in_string("into the log")));
}

static wflow_result named_task(const wflow_args *args) {
    return wflow_return(wflow_arg(args, "number"));
}

static wflow_result named(const wflow_args *args) {
    (void)args;
    wflow_future first = submit_one("named_task", wflow_in_int(1));
    wflow_future other = wflow_submit("named_task", WFLOW_INPUTS(wflow_in_int(2)),
                                      WFLOW_WITH(.options = {.run_name = "other"}));
    return wflow_return(wflow_jsonf("[\"%s\", \"%s\"]", wflow_name(first), wflow_name(other)));
}

static wflow_result leave_artifacts(const wflow_args *args) {
    (void)args;
    wflow_result left[] = {
        wflow_artifact(WFLOW_MARKDOWN, "report", wflow_of_string("# Well"), NULL),
        wflow_artifact(WFLOW_TABLE, "table", wflow_jsonf("[{\"a\": 1}]"), NULL),
        wflow_artifact(WFLOW_LINK, "link", wflow_of_string("https://example.org/"), NULL),
        wflow_artifact(WFLOW_PROGRESS, "progress", wflow_of_double(42.5), NULL),
        wflow_artifact(WFLOW_IMAGE, "image", wflow_of_bytes("\x89PNG", 4), "what a picture begins with"),
    };
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (left[i].kind != WFLOW_COMPLETED)
            return left[i];
    return wflow_return_nothing();
}

static wflow_result leaves_artifacts(const wflow_args *args) {
    (void)args;
    return wflow_call("leave_artifacts", WFLOW_NO_INPUTS);
}

static wflow_result notify(const wflow_ended *run) {
    const char *state = run->state[0] == 'c' ? "COMPLETED" : "FAILED";
    printf("%s ended %s after %d\n", run->of, state, (int)run->attempts);
    return wflow_return_nothing();
}

static wflow_result watched(const wflow_args *args) {
    return wflow_arg_bool(args, "fails") ? wflow_fail("no luck") : wflow_return_nothing();
}

static wflow_result hooked(const wflow_args *args) {
    wflow_call("watched", WFLOW_INPUTS(wflow_in(wflow_arg(args, "fails"))));
    return wflow_return_nothing();
}

#define TAKES(name, type) .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED(name, type))
#define NOTIFY WFLOW_HOOKS(WFLOW_HOOK(notify))

static const wflow_definition table[] = {
    WFLOW_TASK(logs_task, .result = "null"),
    WFLOW_FLOW(logs, .result = "null"),
    WFLOW_TASK(say, TAKES("text", "string"), .result = "null"),
    WFLOW_FLOW(prints, .result = "null"),
    WFLOW_FLOW(logs_prints, .result = "null", .options = {.log_prints = WFLOW_YES}),
    WFLOW_TASK(named_task, TAKES("number", "int"), .result = "int",
               .options = {.run_name = "number {number}", .tags = WFLOW_TEXTS("odd")}),
    WFLOW_FLOW(named, .result = "string[]"),
    WFLOW_TASK(leave_artifacts, .result = "null"),
    WFLOW_FLOW(leaves_artifacts, .result = "null"),
    WFLOW_TASK(watched, TAKES("fails", "bool"), .result = "null",
               .options = {.retries = 1, .on_completion = NOTIFY, .on_failure = NOTIFY}),
    WFLOW_FLOW(hooked, TAKES("fails", "bool"), .result = "null", .options = {.on_completion = NOTIFY}),
};

void add_said(void) {
    WFLOW_ADD(table);
}
