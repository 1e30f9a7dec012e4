/* Values: each flow hands its parameter to a task, which hands it back. */

#include <stdlib.h>
#include <string.h>

#include "conformance.h"

/* A flow that calls a task, which returns its argument as it came. */
#define PASSED(task, flow)                                                                  \
    static wflow_result task(const wflow_args *args) {                                      \
        return wflow_return(wflow_arg(args, "value"));                                      \
    }                                                                                       \
    static wflow_result flow(const wflow_args *args) {                                      \
        return wflow_call(#task, WFLOW_INPUTS(wflow_in(wflow_arg(args, "value"))));         \
    }

/* The same, where the task reads the value and writes it anew. */
#define READ(task, flow, anew)                                                              \
    static wflow_result task(const wflow_args *args) {                                      \
        wflow_value value = wflow_arg(args, "value");                                       \
        return wflow_return(anew);                                                          \
    }                                                                                       \
    static wflow_result flow(const wflow_args *args) {                                      \
        return wflow_call(#task, WFLOW_INPUTS(wflow_in(wflow_arg(args, "value"))));         \
    }

static wflow_value list_anew(wflow_value list) {
    wflow_json json = {0};
    wflow_begin_list(&json);
    for (wflow_items it = wflow_each_of(list); wflow_next(&it);)
        wflow_put_int(&json, wflow_int(it.value));
    wflow_end_list(&json);
    return wflow_written(&json);
}

static wflow_value map_anew(wflow_value map) {
    wflow_json json = {0};
    wflow_begin_object(&json);
    for (wflow_items it = wflow_each_of(map); wflow_next(&it);) {
        wflow_key(&json, wflow_string(it.key));
        wflow_put_double(&json, wflow_double(it.value));
    }
    wflow_end_object(&json);
    return wflow_written(&json);
}

static wflow_value pair_anew(wflow_value pair) {
    wflow_json json = {0};
    wflow_begin_list(&json);
    wflow_put_string(&json, wflow_string(wflow_element(pair, 0)));
    wflow_put_int(&json, wflow_int(wflow_element(pair, 1)));
    wflow_end_list(&json);
    return wflow_written(&json);
}

static wflow_value string_anew(wflow_value value) {
    const char *text = "";
    size_t size = 0;
    wflow_get_string(value, &text, &size);
    return wflow_of_string_n(text, size);
}

static wflow_value optional_anew(wflow_value value) {
    int64_t number;
    return wflow_get_int(value, &number) ? wflow_of_int(number) : wflow_of_null();
}

/* Beyond a double: signed where there is a sign, else unsigned. */
static wflow_value integer_anew(wflow_value value) {
    int64_t number;
    return wflow_get_int(value, &number) ? wflow_of_int(number) : wflow_of_uint(wflow_uint(value));
}

typedef struct item {
    const char *name;
    double weight;
    struct item *parts;
    size_t count;
} item;

static item item_of(wflow_value value) {
    wflow_value weight = wflow_member(value, "weight"), parts = wflow_member(value, "parts");
    item read = {
        .name = wflow_string(wflow_member(value, "name")),
        .weight = weight.data ? wflow_double(weight) : 1.5,
        .parts = calloc(wflow_count(parts) + 1, sizeof(item)),
    };
    for (wflow_items it = wflow_each_of(parts); wflow_next(&it);)
        read.parts[read.count++] = item_of(it.value);
    return read;
}

static void put_item(wflow_json *json, const item *from) {
    wflow_begin_object(json);
    wflow_key(json, "name");
    wflow_put_string(json, from->name);
    wflow_key(json, "weight");
    wflow_put_double(json, from->weight);
    wflow_key(json, "parts");
    wflow_begin_list(json);
    for (size_t i = 0; i < from->count; i++)
        put_item(json, &from->parts[i]);
    wflow_end_list(json);
    wflow_end_object(json);
}

static wflow_value record_anew(wflow_value value) {
    wflow_json json = {0};
    item read = item_of(value);
    put_item(&json, &read);
    return wflow_written(&json);
}

READ(same_boolean, echo_boolean, wflow_of_bool(wflow_bool(value)))
READ(same_integer, echo_integer, integer_anew(value))
READ(same_float, echo_float, wflow_of_double(wflow_double(value)))
READ(same_text, echo_text, string_anew(value))
READ(same_list, echo_list, list_anew(value))
READ(same_map, echo_map, map_anew(value))
READ(same_pair, echo_pair, pair_anew(value))
PASSED(same_json, echo_json)
READ(same_optional, echo_optional, optional_anew(value))
READ(same_choice, echo_choice, string_anew(value))
READ(same_record, echo_record, record_anew(value))
PASSED(same_bytes, echo_bytes)

static wflow_result count_bytes(const wflow_args *args) {
    size_t size = (size_t)wflow_arg_int(args, "size");
    char *data = malloc(size + 1);
    if (!data)
        return wflow_fail("no memory for %zu bytes", size);
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i % 256);
    wflow_result same = wflow_call("same_bytes", WFLOW_INPUTS(wflow_in(wflow_of_bytes(data, size))));
    if (same.kind != WFLOW_COMPLETED)
        return same;
    bool is_same = same.value.size == size && memcmp(same.value.data, data, size) == 0;
    return wflow_return_int(is_same ? (int64_t)size : -1);
}

static wflow_result defaults(const wflow_args *args) {
    wflow_json json = {0};
    wflow_begin_list(&json);
    wflow_put_int(&json, wflow_arg_int(args, "number"));
    wflow_put_string(&json, wflow_arg_string(args, "text"));
    wflow_put_bool(&json, wflow_arg_bool(args, "flag"));
    wflow_end_list(&json);
    return wflow_return(wflow_written(&json));
}

static wflow_result nothing(const wflow_args *args) {
    (void)args;
    return wflow_return_nothing();
}

static wflow_result returns_nothing(const wflow_args *args) {
    (void)args;
    return wflow_call("nothing", WFLOW_NO_INPUTS);
}

#define CHOICE "{\"enum\": [\"red\", \"green\"]}"
#define PAIR                                                                                \
    "{\"type\": \"array\", \"prefixItems\": [{\"type\": \"string\"}, {\"type\": \"integer\"}],"  \
    " \"minItems\": 2, \"maxItems\": 2}"
#define RECORD                                                                              \
    "{\"$ref\": \"#/$defs/Item\", \"$defs\": {\"Item\": {\"type\": \"object\","               \
    " \"properties\": {\"name\": {\"type\": \"string\"}, \"weight\": {\"type\": \"number\", \"default\": 1.5},"  \
    " \"parts\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/Item\"}}},"            \
    " \"required\": [\"name\", \"parts\"], \"additionalProperties\": false}}}"

#define ONE(type) .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("value", type)), .result = type
#define ECHO(task, flow, type) WFLOW_TASK(task, ONE(type)), WFLOW_FLOW(flow, ONE(type))

static const wflow_definition table[] = {
    ECHO(same_boolean, echo_boolean, "bool"),
    ECHO(same_integer, echo_integer, "int"),
    ECHO(same_float, echo_float, "float"),
    ECHO(same_text, echo_text, "string"),
    ECHO(same_list, echo_list, "int[]"),
    ECHO(same_map, echo_map, "float{}"),
    ECHO(same_pair, echo_pair, PAIR),
    ECHO(same_json, echo_json, "json"),
    WFLOW_TASK(same_optional, ONE("int?")),
    WFLOW_FLOW(echo_optional, .parameters = WFLOW_PARAMETERS(WFLOW_DEFAULT("value", "int?", "null")),
               .result = "int?"),
    ECHO(same_choice, echo_choice, CHOICE),
    ECHO(same_record, echo_record, RECORD),
    ECHO(same_bytes, echo_bytes, "bytes"),
    WFLOW_FLOW(count_bytes, .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("size", "int")), .result = "int"),
    WFLOW_FLOW(defaults,
               .parameters = WFLOW_PARAMETERS(WFLOW_DEFAULT("number", "int", "7"),
                                              WFLOW_DEFAULT("text", "string", "\"ü\""),
                                              WFLOW_DEFAULT("flag", "bool", "true")),
               .result = "json[]"),
    WFLOW_TASK(nothing, .result = "null"),
    WFLOW_FLOW(returns_nothing, .result = "null"),
};

void add_values(void) {
    WFLOW_ADD(table);
}
