/* What the operator grants, and what is cached and pure. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance.h"

static wflow_result square(const wflow_args *args) {
    int64_t number = wflow_arg_int(args, "number");
    return wflow_return_int(number * number);
}

static wflow_result square_twice(const char *task) {
    wflow_json json = {0};
    wflow_begin_list(&json);
    for (int i = 0; i < 2; i++) {
        wflow_result result = wflow_call(task, WFLOW_INPUTS(wflow_in_int(7)));
        if (result.kind != WFLOW_COMPLETED)
            return result;
        wflow_put(&json, result.value);
    }
    wflow_end_list(&json);
    return wflow_return(wflow_written(&json));
}

static wflow_result cached(const wflow_args *args) {
    (void)args;
    return square_twice("costly");
}

static wflow_result pure(const wflow_args *args) {
    (void)args;
    return square_twice("pure_square");
}

static wflow_result impure_task(const wflow_args *args) {
    (void)args;
    return wflow_return_double((double)time(NULL));
}

static wflow_result impure(const wflow_args *args) {
    (void)args;
    return kind_of(wflow_submit("impure_task", WFLOW_NO_INPUTS, NULL));
}

static wflow_result reads_variable(const wflow_args *args) {
    (void)args;
    return wflow_variable("greeting");
}

static wflow_result granted_variable(const wflow_args *args) {
    (void)args;
    return wflow_call("reads_variable", WFLOW_NO_INPUTS);
}

static wflow_result denied_variable(const wflow_args *args) {
    (void)args;
    return kind_of(wflow_submit("reads_variable", WFLOW_NO_INPUTS, NULL));
}

static wflow_result reads_secret(const wflow_args *args) {
    (void)args;
    wflow_result secret = wflow_secret("token");
    if (secret.kind != WFLOW_COMPLETED)
        return secret;
    const char *text = wflow_string(secret.value);
    puts(text);
    return wflow_return_int((int64_t)strlen(text));
}

static wflow_result granted_secret(const wflow_args *args) {
    (void)args;
    return wflow_call("reads_secret", WFLOW_NO_INPUTS);
}

static wflow_result reads_environment(const wflow_args *args) {
    (void)args;
    const char *stage = getenv("STAGE");
    return stage ? wflow_return_string(stage) : wflow_return_nothing();
}

static wflow_result environment(const wflow_args *args) {
    (void)args;
    return wflow_call("reads_environment", WFLOW_NO_INPUTS);
}

static wflow_result reads_file(const wflow_args *args) {
    (void)args;
    char text[64];
    FILE *file = fopen("data/text", "r");
    if (!file)
        return wflow_fail("data/text: %s", strerror(errno));
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return wflow_return(wflow_of_string_n(text, size));
}

static wflow_result granted_file(const wflow_args *args) {
    (void)args;
    return wflow_call("reads_file", WFLOW_NO_INPUTS);
}

static wflow_result denied_file(const wflow_args *args) {
    (void)args;
    return kind_of(wflow_submit("reads_file", WFLOW_NO_INPUTS, NULL));
}

static wflow_result another_component(const wflow_args *args) {
    (void)args;
    return kind_of(submit_one("nowhere/nothing", wflow_named("number", wflow_in_int(1))));
}

#define APPROVAL                                                                            \
    "{\"type\": \"object\", \"properties\": {\"approved\": {\"type\": \"boolean\"}},"       \
    " \"required\": [\"approved\"]}"

static wflow_result unanswered(const wflow_args *args) {
    (void)args;
    wflow_result answer = wflow_pause_for_input("Publish?", APPROVAL, 100);
    return answer.kind == WFLOW_COMPLETED ? wflow_return(wflow_member(answer.value, "approved")) : answer;
}

#define NUMBER .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("number", "int"))

static const wflow_definition table[] = {
    {.name = "costly", .run = square, NUMBER, .result = "int",
     .options = {.cache_policy = WFLOW_TEXTS("inputs")}},
    WFLOW_FLOW(cached, .result = "int[]"),
    {.name = "pure_square", .run = square, NUMBER, .result = "int", .options = {.pure = WFLOW_YES}},
    WFLOW_FLOW(pure, .result = "int[]"),
    WFLOW_TASK(impure_task, .result = "float", .options = {.pure = WFLOW_YES}),
    WFLOW_FLOW(impure, .result = "string"),
    WFLOW_TASK(reads_variable, .result = "json"),
    WFLOW_FLOW(granted_variable, .result = "json"),
    WFLOW_FLOW(denied_variable, .result = "string"),
    WFLOW_TASK(reads_secret, .result = "int"),
    WFLOW_FLOW(granted_secret, .result = "int"),
    WFLOW_TASK(reads_environment, .result = "string?"),
    WFLOW_FLOW(environment, .result = "string?"),
    WFLOW_TASK(reads_file, .result = "string"),
    WFLOW_FLOW(granted_file, .result = "string"),
    WFLOW_FLOW(denied_file, .result = "string"),
    WFLOW_FLOW(another_component, .result = "string"),
    WFLOW_FLOW(unanswered, .result = "bool"),
};

void add_granted(void) {
    WFLOW_ADD(table);
}
