/* What a C program needs to be a wflow guest: flows, tasks, values, futures, and what the host offers. */
#ifndef WFLOW_H
#define WFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WFLOW_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#else
#define WFLOW_PRINTF(format, first)
#endif

/*
 * Memory: an instance serves one run and is gone with it. So whatever these functions hand out lives as
 * long as the run does, and nothing has to be freed. Texts end with a NUL.
 *
 * Mistakes of the program (an argument by a name that there is not, a text taken for a number) end the run
 * as Crashed, with what was wrong in the message. What can go wrong with a right program is a `wflow_result`.
 */

/* ---- Values ---- */

/* JSON text, or bytes. A part of a value is a view of the same memory. `data` is NULL where there is none. */
typedef struct wflow_value {
    const char *data;
    size_t size;
    bool is_bytes;
} wflow_value;

typedef enum wflow_type {
    WFLOW_MISSING,
    WFLOW_NULL,
    WFLOW_BOOL,
    WFLOW_NUMBER,
    WFLOW_STRING,
    WFLOW_LIST,
    WFLOW_OBJECT,
    WFLOW_BYTES
} wflow_type;

wflow_type wflow_type_of(wflow_value value);

/* What a value is in C, or false: it is something else, or is beyond the type's range. */
bool wflow_get_bool(wflow_value value, bool *to);
bool wflow_get_int(wflow_value value, int64_t *to);
bool wflow_get_uint(wflow_value value, uint64_t *to);
bool wflow_get_double(wflow_value value, double *to);
/* `size` may be NULL; it counts what stands before the NUL at the end, which may have NULs of its own. */
bool wflow_get_string(wflow_value value, const char **to, size_t *size);

/* The same where nothing else can be: it ends the run otherwise. */
bool wflow_bool(wflow_value value);
int64_t wflow_int(wflow_value value);
uint64_t wflow_uint(wflow_value value);
double wflow_double(wflow_value value);
const char *wflow_string(wflow_value value);

/* The member of an object, or the element of a list; missing if there is none. */
wflow_value wflow_member(wflow_value object, const char *key);
wflow_value wflow_element(wflow_value list, size_t index);
/* How many elements a list has, or members an object. */
size_t wflow_count(wflow_value list);

/* Goes through a list or an object: `for (wflow_items it = wflow_each_of(list); wflow_next(&it);)`. */
typedef struct wflow_items {
    /* A string, of an object; missing, of a list. */
    wflow_value key;
    wflow_value value;
    const char *rest;
    const char *end;
} wflow_items;

wflow_items wflow_each_of(wflow_value list_or_object);
bool wflow_next(wflow_items *items);

/* A value of JSON text from elsewhere, or false if the text is no JSON. The text is not copied. */
bool wflow_parse(const char *text, size_t size, wflow_value *to);

wflow_value wflow_of_null(void);
wflow_value wflow_of_bool(bool value);
wflow_value wflow_of_int(int64_t value);
wflow_value wflow_of_uint(uint64_t value);
/* JSON has no infinity and no NaN: they become null. */
wflow_value wflow_of_double(double value);
wflow_value wflow_of_string(const char *text);
wflow_value wflow_of_string_n(const char *text, size_t size);
/* The bytes are not copied. */
wflow_value wflow_of_bytes(const void *data, size_t size);
/* JSON text by printf's rules. What `%s` puts in is not quoted. */
wflow_value wflow_jsonf(const char *format, ...) WFLOW_PRINTF(1, 2);

/* Writes JSON piece by piece, with commas where they belong: `wflow_json json = {0};` is empty. */
typedef struct wflow_json {
    char *data;
    size_t size;
    size_t capacity;
} wflow_json;

void wflow_begin_list(wflow_json *json);
void wflow_end_list(wflow_json *json);
void wflow_begin_object(wflow_json *json);
void wflow_end_object(wflow_json *json);
void wflow_key(wflow_json *json, const char *key);
void wflow_put(wflow_json *json, wflow_value value);
void wflow_put_int(wflow_json *json, int64_t value);
void wflow_put_double(wflow_json *json, double value);
void wflow_put_bool(wflow_json *json, bool value);
void wflow_put_string(wflow_json *json, const char *text);
/* What was written so far. */
wflow_value wflow_written(const wflow_json *json);

/* ---- Results ---- */

/* How a run ended. Of those after the first, only WFLOW_FAILED is one's own to return. */
typedef enum wflow_kind {
    WFLOW_COMPLETED,
    WFLOW_FAILED,
    WFLOW_CRASHED,
    WFLOW_TIMED_OUT,
    WFLOW_CANCELLED,
    WFLOW_UPSTREAM_FAILED,
    WFLOW_DENIED,
    WFLOW_INVALID_INPUT
} wflow_kind;

/* What a function returns, and how another run ended; the one may be returned as the other. */
typedef struct wflow_result {
    wflow_kind kind;
    /* Of WFLOW_COMPLETED. */
    wflow_value value;
    /* Of the others: why. */
    const char *message;
    /* Another attempt would end the same: the retries that are left are skipped. */
    bool permanent;
    /* The name of the run that it happened to, if it was another one. */
    const char *run_name;
} wflow_result;

wflow_result wflow_return(wflow_value value);
wflow_result wflow_return_nothing(void);
wflow_result wflow_return_bool(bool value);
wflow_result wflow_return_int(int64_t value);
wflow_result wflow_return_double(double value);
wflow_result wflow_return_string(const char *text);
wflow_result wflow_fail(const char *format, ...) WFLOW_PRINTF(1, 2);
wflow_result wflow_fail_permanently(const char *format, ...) WFLOW_PRINTF(1, 2);

/* "completed", "failed", "timed-out" and so on, as the contract has them. */
const char *wflow_kind_name(wflow_kind kind);

/* ---- Flows and tasks ---- */

typedef struct wflow_args wflow_args;

/* An argument by its parameter's name; of the parameter's type, which was checked. */
wflow_value wflow_arg(const wflow_args *args, const char *name);
bool wflow_arg_bool(const wflow_args *args, const char *name);
int64_t wflow_arg_int(const wflow_args *args, const char *name);
double wflow_arg_double(const wflow_args *args, const char *name);
const char *wflow_arg_string(const wflow_args *args, const char *name);

typedef wflow_result wflow_function(const wflow_args *args);

/*
 * Types are words: `bool`, `int`, `float`, `string`, `bytes`, `null` and `json` (anything), each with any of
 * `[]` (a list of it), `{}` (an object of it) and `?` (or null) behind: `int[]?`. A text that begins with
 * `{"` is a JSON Schema, against which wflow checks what flows are started with.
 */
typedef struct wflow_parameter {
    const char *name;
    const char *type;
    /* JSON text; NULL makes the parameter required. */
    const char *default_json;
    const char *description;
} wflow_parameter;

#define WFLOW_PARAMETERS(...) ((const wflow_parameter[]){__VA_ARGS__, {.name = NULL}})
#define WFLOW_REQUIRED(parameter, word) {.name = parameter, .type = word}
#define WFLOW_DEFAULT(parameter, word, json) {.name = parameter, .type = word, .default_json = json}

/* A run that has ended, as hooks learn of it. */
typedef struct wflow_ended {
    const char *id;
    const char *name;
    /* The flow or task. */
    const char *of;
    bool is_flow;
    int64_t attempts;
    /* In the contract's words: "completed", "timed-out". */
    const char *state;
    /* Empty if it completed. */
    const char *message;
} wflow_ended;

/* Is called in an instance of its own; a failure that it returns is logged. */
typedef struct wflow_hook {
    const char *name;
    wflow_result (*call)(const wflow_ended *run);
} wflow_hook;

#define WFLOW_HOOKS(...) ((const wflow_hook[]){__VA_ARGS__, {.name = NULL}})
#define WFLOW_HOOK(function) {.name = #function, .call = function}

typedef enum wflow_choice { WFLOW_UNSAID, WFLOW_YES, WFLOW_NO } wflow_choice;

/* What an attempt may use at most; 0 says nothing. Limits only lower what the operator allows. */
typedef struct wflow_limits {
    /* In bytes. */
    uint64_t memory, output, result, arguments, http_response;
    /* In milliseconds. */
    uint64_t wall_time, cpu_time;
    uint64_t output_lines, table_elements, instances, submits, depth, open_files, artifacts;
} wflow_limits;

/* Texts for an option: `.tags = WFLOW_TEXTS("io", "db")`. */
#define WFLOW_TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* None, where that says something: `.needs = WFLOW_NO_TEXTS` asks for nothing. */
#define WFLOW_NO_TEXTS ((const char *const[]){NULL})
/* Milliseconds before the first retry, the second, and so on; the last one holds for those that follow. */
#define WFLOW_DELAYS(...) ((const int64_t[]){__VA_ARGS__, -1})

/* The options of the contract, as `wit/plugin.wit` describes them. What is 0 or NULL says nothing. */
typedef struct wflow_options {
    const char *run_name;
    uint32_t retries;
    const int64_t *retry_delays_ms;
    double retry_backoff;
    double retry_jitter;
    /* Is a failed attempt worth another one? After a crash or a timeout it is asked in an instance of its own. */
    bool (*retry_if)(const wflow_result *failure);
    uint64_t timeout_ms;
    const char *const *tags;
    wflow_choice log_prints;
    const wflow_hook *on_completion, *on_failure, *on_crashed, *on_cancellation;
    wflow_limits limits;
    const char *const *needs;
    /* Of tasks. */
    int32_t priority;
    uint32_t max_concurrency;
    const char *const *cache_policy;
    const char *cache_key;
    uint64_t cache_expiration_ms;
    wflow_choice refresh_cache;
    const char *cache_isolation;
    wflow_choice pure;
    /* Of flows. */
    const char *runner;
    uint32_t max_workers;
    /* Anything else in the contract's words, the members of a JSON object: `"\"retries\": 0"`. */
    const char *more;
} wflow_options;

typedef struct wflow_definition {
    bool is_flow;
    const char *name;
    wflow_function *run;
    /* The first line is a summary. */
    const char *description;
    const wflow_parameter *parameters;
    /* The type of the result; NULL is any. */
    const char *result;
    wflow_options options;
} wflow_definition;

/* A row of the table that says what there is, named as its function:
 * `WFLOW_TASK(increment, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("n", "int")), .result = "int")`. */
#define WFLOW_TASK(function, ...) {.is_flow = false, .name = #function, .run = function, __VA_ARGS__}
#define WFLOW_FLOW(function, ...) {.is_flow = true, .name = #function, .run = function, __VA_ARGS__}

/* The guest says once what it has: `WFLOW_GUEST(table)`, or, of several tables, in a `wflow_register` of
 * its own, which calls `wflow_add` for each. */
void wflow_register(void);
void wflow_add(const wflow_definition *definitions, size_t count);
#define WFLOW_ADD(table) wflow_add(table, sizeof(table) / sizeof((table)[0]))
#define WFLOW_GUEST(table) \
    void wflow_register(void) { WFLOW_ADD(table); }

/* ---- Runs ---- */

/* A run that was submitted. */
typedef struct wflow_future {
    int32_t handle;
} wflow_future;

/* Where an argument comes from. */
typedef struct wflow_input {
    /* The parameter's name; NULL means by position. */
    const char *name;
    enum { WFLOW_FROM_VALUE, WFLOW_FROM_RESULT, WFLOW_FROM_RESULTS, WFLOW_FROM_OUTCOME } from;
    wflow_value value;
    wflow_future run;
    const wflow_future *runs;
    size_t count;
} wflow_input;

wflow_input wflow_in(wflow_value value);
wflow_input wflow_in_bool(bool value);
wflow_input wflow_in_int(int64_t value);
wflow_input wflow_in_double(double value);
wflow_input wflow_in_string(const char *text);
/* The host hands the result over; if that run does not complete, the new one does not start. */
wflow_input wflow_in_result(wflow_future run);
/* The results of several runs, as a list. The array is not copied. */
wflow_input wflow_in_results(const wflow_future *runs, size_t count);
/* How the run ended, whatever that was; the parameter's type is `json`, and `wflow_outcome` reads it. */
wflow_input wflow_in_outcome(wflow_future run);
wflow_result wflow_outcome(wflow_value value);
/* For the parameter of that name. */
wflow_input wflow_named(const char *name, wflow_input input);

typedef struct wflow_inputs {
    const wflow_input *inputs;
    size_t count;
} wflow_inputs;

#define WFLOW_INPUTS(...) \
    ((wflow_inputs){(wflow_input[]){__VA_ARGS__}, sizeof((wflow_input[]){__VA_ARGS__}) / sizeof(wflow_input)})
#define WFLOW_NO_INPUTS ((wflow_inputs){NULL, 0})

/* A run that a new one waits for without taking its result. */
typedef struct wflow_dependency {
    wflow_future run;
    /* Whether the new one starts even if this one does not complete. */
    bool allow_failure;
} wflow_dependency;

/* What a submit may say beside the arguments. */
typedef struct wflow_with {
    /* These stand before those of the definition. Hooks and `retry_if` have no say here. */
    wflow_options options;
    const wflow_dependency *wait_for;
    size_t wait_for_count;
} wflow_with;

/* `WFLOW_WITH(.options = {.retries = 2}, WFLOW_WAIT_FOR({.run = first}))` */
#define WFLOW_WITH(...) (&(wflow_with){__VA_ARGS__})
#define WFLOW_WAIT_FOR(...) \
    .wait_for = (wflow_dependency[]){__VA_ARGS__}, \
    .wait_for_count = sizeof((wflow_dependency[]){__VA_ARGS__}) / sizeof(wflow_dependency)

/* Submits a run of a task and returns at once; `with` may be NULL. The task `resize` of the component that
 * `wflow.toml` calls `images` is `images/resize`; it takes its arguments by name. */
wflow_future wflow_submit(const char *task, wflow_inputs inputs, const wflow_with *with);
/* The same for a flow: a subflow run. */
wflow_future wflow_start(const char *flow, wflow_inputs inputs, const wflow_with *with);
/* Submits and waits. */
wflow_result wflow_call(const char *task, wflow_inputs inputs);
wflow_result wflow_call_flow(const char *flow, wflow_inputs inputs);

/* The arguments that many runs have for one parameter: an array of as many, or the same for all. */
typedef struct wflow_column {
    const wflow_input *inputs;
    wflow_input same;
} wflow_column;

wflow_column wflow_each(const wflow_input *inputs);
wflow_column wflow_same(wflow_input input);

typedef struct wflow_columns {
    const wflow_column *columns;
    size_t count;
} wflow_columns;

#define WFLOW_COLUMNS(...) \
    ((wflow_columns){(wflow_column[]){__VA_ARGS__}, sizeof((wflow_column[]){__VA_ARGS__}) / sizeof(wflow_column)})

/* Submits so many runs in one call; `futures` has room for them. */
void wflow_map(const char *task, wflow_columns columns, size_t count, const wflow_with *with, wflow_future *futures);

typedef enum wflow_state {
    WFLOW_STATE_PENDING,
    WFLOW_STATE_RUNNING,
    WFLOW_STATE_PAUSED,
    WFLOW_STATE_AWAITING_RETRY,
    WFLOW_STATE_CANCELLING,
    /* From here on they are final. */
    WFLOW_STATE_COMPLETED,
    WFLOW_STATE_CACHED,
    WFLOW_STATE_FAILED,
    WFLOW_STATE_TIMED_OUT,
    WFLOW_STATE_UPSTREAM_FAILED,
    WFLOW_STATE_DENIED,
    WFLOW_STATE_INVALID_INPUT,
    WFLOW_STATE_CRASHED,
    WFLOW_STATE_CANCELLED
} wflow_state;

/* Waits until the run has ended. */
wflow_result wflow_wait(wflow_future run);
wflow_state wflow_state_of(wflow_future run);
bool wflow_has_ended(wflow_future run);
const char *wflow_id(wflow_future run);
const char *wflow_name(wflow_future run);
void wflow_cancel(wflow_future run);
/* Forgets the run, which goes on; for flows that submit so many that the handles weigh. */
void wflow_drop(wflow_future run);

/* For timeouts: no end. */
#define WFLOW_FOREVER (-1)

/* Waits until at least one has ended or the milliseconds are up; puts the indices of all those that have
 * ended in `ended`, which has room for as many as there are runs, and returns how many there are. */
size_t wflow_wait_any(const wflow_future *runs, size_t count, int64_t timeout_ms, uint32_t *ended);
/* Waits until all have ended or the milliseconds are up; returns how many have ended. */
size_t wflow_wait_all(const wflow_future *runs, size_t count, int64_t timeout_ms);
/* Waits for one that ends and takes it out of the array, so that a loop gets them in the order of their
 * ends; false when none is left. */
bool wflow_take_ended(wflow_future *runs, size_t *count, wflow_future *ended);

/* ---- What the host offers ---- */

void wflow_sleep(uint64_t milliseconds);
/* Random bits. `rand` gives every run the same ones unless it is seeded with these. */
uint64_t wflow_random(void);

typedef enum wflow_level { WFLOW_DEBUG, WFLOW_INFO, WFLOW_WARNING, WFLOW_ERROR } wflow_level;
/* Writes a line to the run's log. What is printed goes where wflow's output goes. */
void wflow_log(wflow_level level, const char *format, ...) WFLOW_PRINTF(2, 3);

/* What the operator granted, else WFLOW_DENIED: a variable is JSON, a secret a string. */
wflow_result wflow_variable(const char *name);
wflow_result wflow_secret(const char *name);

/* Pauses the flow until somebody says to go on, or answers with something of that type (a word or a JSON
 * Schema, as for a parameter). */
wflow_result wflow_pause(const char *prompt, int64_t timeout_ms);
wflow_result wflow_pause_for_input(const char *prompt, const char *type, int64_t timeout_ms);

typedef enum wflow_artifact_kind {
    /* A string. */
    WFLOW_MARKDOWN,
    /* A list of objects, the rows. */
    WFLOW_TABLE,
    /* A string, the URL. */
    WFLOW_LINK,
    /* A number from 0 to 100. */
    WFLOW_PROGRESS,
    /* Bytes, or a string, the URL. */
    WFLOW_IMAGE
} wflow_artifact_kind;

/* Attaches something to look at to the run. A later one of the same key takes its place; the description
 * is for people and may be NULL. */
wflow_result wflow_artifact(wflow_artifact_kind kind, const char *key, wflow_value data, const char *description);

#ifdef __cplusplus
}
#endif

#endif
