/* Connects `wflow.h` with the contract of `wit/plugin.wit`, by the bindings that wit-bindgen makes of it. */

/* For getentropy. */
#define _GNU_SOURCE

#include "wflow.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

typedef wflow_plugin_runner_borrow_run_future_t borrowed;

/* ---- Memory and text ---- */

/* The host takes the last line of stderr for the reason of a crash. */
static void die(const char *format, ...) WFLOW_PRINTF(1, 2) __attribute__((__noreturn__));

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fputs("wflow: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    fflush(stderr);
    va_end(arguments);
    abort();
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        die("out of memory");
    return memory;
}

static char *copy(const void *data, size_t size) {
    char *text = allocate(size + 1, 1);
    if (size)
        memcpy(text, data, size);
    return text;
}

static char *format_text(const char *format, va_list arguments) WFLOW_PRINTF(1, 0);

static char *format_text(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0)
        die("a format that printf does not know: %s", format);
    char *text = allocate((size_t)size + 1, 1);
    vsnprintf(text, (size_t)size + 1, format, arguments);
    return text;
}

static bool is_continued(const unsigned char *at, const unsigned char *end, size_t count) {
    for (size_t i = 1; i <= count; i++)
        if (at + i >= end || (at[i] & 0xC0) != 0x80)
            return false;
    return true;
}

/* How many bytes the character has, or 0 if it is no UTF-8. */
static size_t character(const unsigned char *at, const unsigned char *end) {
    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xDF)
        return is_continued(at, end, 1) ? 2 : 0;
    if ((at[0] & 0xF0) == 0xE0 && is_continued(at, end, 2)) {
        bool is_long = at[0] != 0xE0 || at[1] >= 0xA0;
        bool is_surrogate = at[0] == 0xED && at[1] >= 0xA0;
        return is_long && !is_surrogate ? 3 : 0;
    }
    if (at[0] >= 0xF0 && at[0] <= 0xF4 && is_continued(at, end, 3)) {
        bool is_long = at[0] != 0xF0 || at[1] >= 0x90;
        bool is_beyond = at[0] == 0xF4 && at[1] >= 0x90;
        return is_long && !is_beyond ? 4 : 0;
    }
    return 0;
}

/* Writes what is no UTF-8 as replacement characters, if there is where to, and counts the bytes. */
static size_t clean(const char *data, size_t size, uint8_t *to) {
    static const char replacement[] = "\xEF\xBF\xBD";
    const unsigned char *at = (const unsigned char *)data, *end = at + size;
    size_t length = 0;
    while (at < end) {
        size_t bytes = character(at, end), written = bytes ? bytes : 3;
        if (to)
            memcpy(to + length, bytes ? (const void *)at : replacement, written);
        length += written;
        at += bytes ? bytes : 1;
    }
    return length;
}

/* Text for the host, in memory that can be freed: a string that is no UTF-8 would end the instance. */
static guest_string_t own_text(const char *data, size_t size) {
    guest_string_t text = {.len = clean(data, size, NULL)};
    text.ptr = allocate(text.len, 1);
    clean(data, size, text.ptr);
    return text;
}

static guest_string_t own(const char *text) {
    return own_text(text ? text : "", text ? strlen(text) : 0);
}

/* Text of the host with a NUL at its end. */
static const char *taken(guest_string_t *text) {
    char *with_end = copy(text->ptr, text->len);
    guest_string_free(text);
    return with_end;
}

/* ---- Reading JSON ---- */

enum { DEEPEST = 512 };

static bool is_one_of(char character, const char *characters) { return character && strchr(characters, character); }

static bool is_space(char character) { return is_one_of(character, " \t\n\r"); }

static const char *after_space(const char *at, const char *end) {
    while (at < end && is_space(*at))
        at++;
    return at;
}

static int hex_digit(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* The four digits after `\u`, or -1. */
static int32_t code_unit(const char *at, const char *end) {
    int32_t unit = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The functions that scan return where something ends, or NULL if it is none. */
static const char *scan_string(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at != '\\')
            continue;
        if (++at == end || !is_one_of(*at, "\"\\/bfnrtu"))
            return NULL;
        if (*at == 'u' && code_unit(at + 1, end) < 0)
            return NULL;
    }
    return at < end ? at + 1 : NULL;
}

static const char *scan_digits(const char *at, const char *end) {
    const char *first = at;
    while (at && at < end && *at >= '0' && *at <= '9')
        at++;
    return at > first ? at : NULL;
}

static const char *scan_number(const char *at, const char *end) {
    if (*at == '-')
        at++;
    at = at < end && *at == '0' ? at + 1 : scan_digits(at, end);
    if (at && at < end && *at == '.')
        at = scan_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at = scan_digits(at < end && (*at == '+' || *at == '-') ? at + 1 : at, end);
    }
    return at;
}

static const char *scan_word(const char *at, const char *end, const char *word) {
    size_t size = strlen(word);
    return (size_t)(end - at) >= size && memcmp(at, word, size) == 0 ? at + size : NULL;
}

static const char *scan_value(const char *at, const char *end, int depth);

static const char *scan_item(const char *at, const char *end, bool has_key, int depth) {
    if (has_key) {
        at = at < end && *at == '"' ? scan_string(at, end) : NULL;
        at = at ? after_space(at, end) : NULL;
        if (!at || at == end || *at != ':')
            return NULL;
        at = after_space(at + 1, end);
    }
    at = scan_value(at, end, depth + 1);
    return at ? after_space(at, end) : NULL;
}

static const char *scan_items(const char *at, const char *end, int depth) {
    bool has_keys = *at == '{';
    char last = has_keys ? '}' : ']';
    at = after_space(at + 1, end);
    if (at < end && *at == last)
        return at + 1;
    while ((at = scan_item(at, end, has_keys, depth)) && at < end && *at == ',')
        at = after_space(at + 1, end);
    return at && at < end && *at == last ? at + 1 : NULL;
}

static const char *scan_value(const char *at, const char *end, int depth) {
    if (at >= end || depth > DEEPEST)
        return NULL;
    switch (*at) {
        case '"': return scan_string(at, end);
        case '{':
        case '[': return scan_items(at, end, depth);
        case 't': return scan_word(at, end, "true");
        case 'f': return scan_word(at, end, "false");
        case 'n': return scan_word(at, end, "null");
        default: return scan_number(at, end);
    }
}

static wflow_value view(const char *data, const char *end) {
    return (wflow_value){.data = data, .size = (size_t)(end - data)};
}

bool wflow_parse(const char *text, size_t size, wflow_value *to) {
    const char *end = text + size, *first = after_space(text, end);
    const char *last = scan_value(first, end, 0);
    if (!last || after_space(last, end) != end)
        return false;
    *to = view(first, last);
    return true;
}

/* Text that is JSON already, without the space around it. */
static wflow_value trimmed(wflow_value value) {
    if (value.is_bytes || !value.data)
        return value;
    const char *end = value.data + value.size, *first = after_space(value.data, end);
    while (end > first && is_space(end[-1]))
        end--;
    return view(first, end);
}

wflow_type wflow_type_of(wflow_value value) {
    value = trimmed(value);
    if (value.is_bytes)
        return WFLOW_BYTES;
    if (!value.data || !value.size)
        return WFLOW_MISSING;
    switch (*value.data) {
        case '"': return WFLOW_STRING;
        case '[': return WFLOW_LIST;
        case '{': return WFLOW_OBJECT;
        case 'n': return WFLOW_NULL;
        case 't':
        case 'f': return WFLOW_BOOL;
        default: return WFLOW_NUMBER;
    }
}

bool wflow_get_bool(wflow_value value, bool *to) {
    if (wflow_type_of(value) != WFLOW_BOOL)
        return false;
    *to = *trimmed(value).data == 't';
    return true;
}

bool wflow_get_double(wflow_value value, double *to) {
    if (wflow_type_of(value) != WFLOW_NUMBER)
        return false;
    char *text = copy(value.data, value.size);
    *to = strtod(text, NULL);
    free(text);
    return isfinite(*to);
}

/* A whole number, also one that is written as `3.0` or `1e2`. */
static bool get_whole(wflow_value value, bool *is_negative, uint64_t *magnitude) {
    if (wflow_type_of(value) != WFLOW_NUMBER)
        return false;
    value = trimmed(value);
    const char *at = value.data, *end = at + value.size;
    *is_negative = *at == '-';
    *magnitude = 0;
    for (at += *is_negative; at < end && *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (*magnitude > (UINT64_MAX - digit) / 10)
            return false;
        *magnitude = *magnitude * 10 + digit;
    }
    if (at == end)
        return true;
    double number;
    if (!wflow_get_double(value, &number) || floor(number) != number || fabs(number) >= 0x1p63)
        return false;
    *magnitude = (uint64_t)fabs(number);
    return true;
}

bool wflow_get_int(wflow_value value, int64_t *to) {
    bool is_negative;
    uint64_t magnitude;
    if (!get_whole(value, &is_negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + is_negative)
        return false;
    *to = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}

bool wflow_get_uint(wflow_value value, uint64_t *to) {
    bool is_negative;
    return get_whole(value, &is_negative, to) && (!is_negative || *to == 0);
}

static char *put_character(char *to, uint32_t code) {
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    *to++ = (char)(lead[more] | code >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (code >> (6 * more) & 0x3F));
    return to;
}

/* The character after `\u`, which may be a pair of escapes; half a pair stands for none. */
static char *put_escaped(char *to, const char **at, const char *end) {
    int32_t code = code_unit(*at, end);
    *at += 4;
    if (code >= 0xD800 && code < 0xE000) {
        bool is_pair = code < 0xDC00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u';
        int32_t low = is_pair ? code_unit(*at + 2, end) : -1;
        if (low < 0xDC00 || low >= 0xE000)
            return put_character(to, 0xFFFD);
        *at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    return put_character(to, (uint32_t)code);
}

bool wflow_get_string(wflow_value value, const char **to, size_t *size) {
    static const char escapes[] = "bfnrt", meant[] = "\b\f\n\r\t";
    if (wflow_type_of(value) != WFLOW_STRING)
        return false;
    value = trimmed(value);
    const char *at = value.data + 1, *end = value.data + value.size - 1;
    char *text = allocate(value.size, 1), *last = text;
    while (at < end) {
        if (*at != '\\') {
            *last++ = *at++;
            continue;
        }
        char escape = at[1];
        const char *known = strchr(escapes, escape);
        at += 2;
        if (escape == 'u')
            last = put_escaped(last, &at, end);
        else
            *last++ = known ? meant[known - escapes] : escape;
    }
    *to = text;
    if (size)
        *size = (size_t)(last - text);
    return true;
}

static void mistaken(wflow_value value, const char *type) __attribute__((__noreturn__));

static void mistaken(wflow_value value, const char *type) {
    int shown = value.is_bytes || !value.data ? 0 : value.size < 40 ? (int)value.size : 40;
    die("not %s: %.*s", type, shown, shown ? value.data : "");
}

/* What reads a value, or ends the run if it is something else. */
#define READ_OR_END(name, type, get, what)         \
    type name(wflow_value value) {                 \
        type read;                                 \
        if (!get)                                  \
            mistaken(value, what);                 \
        return read;                               \
    }

READ_OR_END(wflow_bool, bool, wflow_get_bool(value, &read), "a bool")
READ_OR_END(wflow_int, int64_t, wflow_get_int(value, &read), "an int of 64 bits")
READ_OR_END(wflow_uint, uint64_t, wflow_get_uint(value, &read), "an unsigned int of 64 bits")
READ_OR_END(wflow_double, double, wflow_get_double(value, &read), "a double")
READ_OR_END(wflow_string, const char *, wflow_get_string(value, &read, NULL), "a string")

wflow_items wflow_each_of(wflow_value value) {
    wflow_type type = wflow_type_of(value);
    if (type != WFLOW_LIST && type != WFLOW_OBJECT)
        return (wflow_items){.rest = NULL};
    value = trimmed(value);
    return (wflow_items){.rest = value.data + 1, .end = value.data + value.size};
}

bool wflow_next(wflow_items *items) {
    const char *end = items->end, *first = items->rest;
    if (!first)
        return false;
    first = after_space(first, end);
    if (first < end && *first == ',')
        first = after_space(first + 1, end);
    const char *last = scan_value(first, end, 0);
    items->key = (wflow_value){.data = NULL};
    if (last && after_space(last, end) < end && *after_space(last, end) == ':') {
        items->key = view(first, last);
        first = after_space(after_space(last, end) + 1, end);
        last = scan_value(first, end, 0);
    }
    items->rest = last;
    items->value = last ? view(first, last) : (wflow_value){.data = NULL};
    return last != NULL;
}

static bool is_key(wflow_value key, const char *name) {
    size_t size = strlen(name);
    if (!key.data)
        return false;
    if (!memchr(key.data, '\\', key.size))
        return key.size == size + 2 && memcmp(key.data + 1, name, size) == 0;
    const char *text;
    size_t length;
    if (!wflow_get_string(key, &text, &length))
        return false;
    bool is_same = length == size && memcmp(text, name, size) == 0;
    free((void *)text);
    return is_same;
}

/* Of a key that is there twice the last one holds, as it does for the host. */
wflow_value wflow_member(wflow_value object, const char *key) {
    wflow_value found = {.data = NULL};
    for (wflow_items it = wflow_each_of(object); wflow_next(&it);)
        if (is_key(it.key, key))
            found = it.value;
    return found;
}

wflow_value wflow_element(wflow_value list, size_t index) {
    for (wflow_items it = wflow_each_of(list); wflow_next(&it);)
        if (!it.key.data && index-- == 0)
            return it.value;
    return (wflow_value){.data = NULL};
}

size_t wflow_count(wflow_value list) {
    size_t count = 0;
    for (wflow_items it = wflow_each_of(list); wflow_next(&it);)
        count++;
    return count;
}

/* ---- Writing JSON ---- */

static void append(wflow_json *json, const char *data, size_t size) {
    if (json->size + size + 1 > json->capacity) {
        json->capacity = (json->size + size + 1) * 2;
        json->data = realloc(json->data, json->capacity);
        if (!json->data)
            die("out of memory");
    }
    if (size)
        memcpy(json->data + json->size, data, size);
    json->size += size;
    json->data[json->size] = '\0';
}

static void append_text(wflow_json *json, const char *text) {
    append(json, text, strlen(text));
}

/* A comma, unless this is the first one: what stands before tells. */
static void separate(wflow_json *json) {
    if (json->size && !is_one_of(json->data[json->size - 1], "[{:"))
        append(json, ",", 1);
}

static void append_escaped(wflow_json *json, unsigned char character) {
    char escape[8];
    if (character == '"' || character == '\\')
        snprintf(escape, sizeof escape, "\\%c", character);
    else
        snprintf(escape, sizeof escape, "\\u%04x", character);
    append_text(json, escape);
}

static void append_string(wflow_json *json, const char *text, size_t size) {
    size_t plain = 0;
    append(json, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char character = (unsigned char)text[i];
        if (character >= 0x20 && character != '"' && character != '\\')
            continue;
        append(json, text + plain, i - plain);
        append_escaped(json, character);
        plain = i + 1;
    }
    append(json, text + plain, size - plain);
    append(json, "\"", 1);
}

void wflow_begin_list(wflow_json *json) {
    separate(json);
    append(json, "[", 1);
}

void wflow_end_list(wflow_json *json) { append(json, "]", 1); }

void wflow_begin_object(wflow_json *json) {
    separate(json);
    append(json, "{", 1);
}

void wflow_end_object(wflow_json *json) { append(json, "}", 1); }

void wflow_key(wflow_json *json, const char *key) {
    wflow_put_string(json, key);
    append(json, ":", 1);
}

void wflow_put(wflow_json *json, wflow_value value) {
    if (value.is_bytes)
        die("bytes travel alone: JSON has none");
    value = trimmed(value);
    separate(json);
    append(json, value.data ? value.data : "null", value.data ? value.size : 4);
}

void wflow_put_int(wflow_json *json, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    separate(json);
    append_text(json, text);
}

/* With as few digits as tell the number from all others. */
void wflow_put_double(wflow_json *json, double value) {
    char text[40] = "null";
    for (int digits = 15; isfinite(value) && digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    separate(json);
    append_text(json, text);
}

void wflow_put_bool(wflow_json *json, bool value) {
    separate(json);
    append_text(json, value ? "true" : "false");
}

void wflow_put_string(wflow_json *json, const char *text) {
    separate(json);
    append_string(json, text, strlen(text));
}

wflow_value wflow_written(const wflow_json *json) {
    return (wflow_value){.data = json->data, .size = json->size};
}

static wflow_value of_text(const char *text) { return (wflow_value){.data = text, .size = strlen(text)}; }
wflow_value wflow_of_null(void) { return of_text("null"); }
wflow_value wflow_of_bool(bool value) { return of_text(value ? "true" : "false"); }
wflow_value wflow_of_int(int64_t value) { return wflow_jsonf("%" PRId64, value); }
wflow_value wflow_of_uint(uint64_t value) { return wflow_jsonf("%" PRIu64, value); }

wflow_value wflow_of_double(double value) {
    wflow_json json = {0};
    wflow_put_double(&json, value);
    return wflow_written(&json);
}

wflow_value wflow_of_string_n(const char *text, size_t size) {
    wflow_json json = {0};
    append_string(&json, text, size);
    return wflow_written(&json);
}

wflow_value wflow_of_string(const char *text) { return wflow_of_string_n(text, strlen(text)); }

wflow_value wflow_of_bytes(const void *data, size_t size) {
    return (wflow_value){.data = data ? data : "", .size = size, .is_bytes = true};
}

wflow_value wflow_jsonf(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    return of_text(text);
}

/* ---- Results ---- */

wflow_result wflow_return(wflow_value value) { return (wflow_result){.kind = WFLOW_COMPLETED, .value = value}; }
wflow_result wflow_return_nothing(void) { return wflow_return(wflow_of_null()); }
wflow_result wflow_return_bool(bool value) { return wflow_return(wflow_of_bool(value)); }
wflow_result wflow_return_int(int64_t value) { return wflow_return(wflow_of_int(value)); }
wflow_result wflow_return_double(double value) { return wflow_return(wflow_of_double(value)); }
wflow_result wflow_return_string(const char *text) { return wflow_return(wflow_of_string(text)); }

wflow_result wflow_fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    wflow_result failure = {.kind = WFLOW_FAILED, .message = format_text(format, arguments)};
    va_end(arguments);
    return failure;
}

wflow_result wflow_fail_permanently(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    wflow_result failure = {.kind = WFLOW_FAILED, .message = format_text(format, arguments), .permanent = true};
    va_end(arguments);
    return failure;
}

/* In the order of the contract's failures, after those of completed runs. */
static const struct {
    const char *name;
    const char *told;
} kinds[] = {
    {"completed", "completed"},        {"failed", "failed"},
    {"crashed", "crashed"},            {"timed-out", "timed out"},
    {"cancelled", "was cancelled"},    {"upstream-failed", "did not start"},
    {"denied", "was denied something"}, {"invalid-input", "was refused"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *wflow_kind_name(wflow_kind kind) { return kinds[kind].name; }

static wflow_kind kind_of(const char *name) {
    for (int kind = 0; kind < KINDS; kind++)
        if (strcmp(kinds[kind].name, name) == 0)
            return (wflow_kind)kind;
    return WFLOW_FAILED;
}

/* Takes a failure over from the host. What was refused would be refused again. */
static wflow_result failed(wflow_plugin_runner_failure_t *failure) {
    wflow_kind kind = (wflow_kind)(failure->kind + 1);
    bool is_refused = kind == WFLOW_DENIED || kind == WFLOW_INVALID_INPUT;
    return (wflow_result){.kind = kind, .message = taken(&failure->message), .permanent = is_refused};
}

/* Takes a value over from the host. */
static wflow_value lifted(const wflow_plugin_types_value_t *value) {
    if (value->tag == WFLOW_PLUGIN_TYPES_VALUE_BYTES)
        return wflow_of_bytes(value->val.bytes.ptr, value->val.bytes.len);
    return trimmed((wflow_value){.data = (const char *)value->val.json.ptr, .size = value->val.json.len});
}

/* A copy for the host. */
static wflow_plugin_types_value_t lowered(wflow_value value) {
    if (value.is_bytes) {
        guest_list_u8_t bytes = {(uint8_t *)copy(value.data, value.size), value.size};
        return (wflow_plugin_types_value_t){.tag = WFLOW_PLUGIN_TYPES_VALUE_BYTES, .val = {.bytes = bytes}};
    }
    guest_string_t json = value.data ? own_text(value.data, value.size) : own("null");
    return (wflow_plugin_types_value_t){.tag = WFLOW_PLUGIN_TYPES_VALUE_JSON, .val = {.json = json}};
}

/* ---- Types of parameters ---- */

static const struct {
    const char *word;
    /* The members of its JSON Schema. */
    const char *schema;
    wflow_type type;
} types[] = {
    {"bool", "\"type\":\"boolean\"", WFLOW_BOOL},
    {"int", "\"type\":\"integer\"", WFLOW_NUMBER},
    {"float", "\"type\":\"number\"", WFLOW_NUMBER},
    {"string", "\"type\":\"string\"", WFLOW_STRING},
    {"bytes", "\"type\":\"string\",\"format\":\"binary\"", WFLOW_BYTES},
    {"null", "\"type\":\"null\"", WFLOW_NULL},
    {"json", "", WFLOW_MISSING},
};
enum { TYPES = sizeof types / sizeof types[0] };

static bool is_schema(const char *type) { return type[0] == '{'; }

static size_t word_of(const char *type, size_t size) {
    for (size_t i = 0; i < TYPES; i++)
        if (strlen(types[i].word) == size && memcmp(types[i].word, type, size) == 0)
            return i;
    die("there is no type '%.*s'; there are: bool, int, float, string, bytes, null, json, with [], {} or ? behind",
        (int)size, type);
}

/* What stands behind a type: `?`, `]`, `}`, or 0. */
static char suffix(const char *type, size_t size) {
    char last = size ? type[size - 1] : '\0';
    if (last == '?')
        return last;
    bool is_pair = size > 2 && ((last == ']' && type[size - 2] == '[') || (last == '}' && type[size - 2] == '{'));
    return is_pair ? last : '\0';
}

static void write_schema(wflow_json *json, const char *type, size_t size, const char *description) {
    char behind = suffix(type, size);
    wflow_begin_object(json);
    if (description) {
        wflow_key(json, "description");
        wflow_put_string(json, description);
    }
    if (!behind) {
        const char *members = types[word_of(type, size)].schema;
        if (*members)
            separate(json);
        append_text(json, members);
    } else if (behind == '?') {
        wflow_key(json, "anyOf");
        wflow_begin_list(json);
        write_schema(json, type, size - 1, NULL);
        wflow_put(json, of_text("{\"type\":\"null\"}"));
        wflow_end_list(json);
    } else {
        wflow_key(json, "type");
        wflow_put_string(json, behind == ']' ? "array" : "object");
        wflow_key(json, behind == ']' ? "items" : "additionalProperties");
        write_schema(json, type, size - 2, NULL);
    }
    wflow_end_object(json);
}

static guest_string_t schema_of(const char *type, const char *description) {
    if (!type || (strcmp(type, "json") == 0 && !description))
        return own("");
    if (is_schema(type))
        return own(type);
    wflow_json json = {0};
    write_schema(&json, type, strlen(type), description);
    guest_string_t schema = own_text(json.data, json.size);
    free(json.data);
    return schema;
}

static bool fits(wflow_value value, const char *type, size_t size) {
    char behind = suffix(type, size);
    wflow_type is = wflow_type_of(value);
    if (behind == '?')
        return is == WFLOW_NULL || fits(value, type, size - 1);
    if (behind) {
        for (wflow_items it = wflow_each_of(value); wflow_next(&it);)
            if (!fits(it.value, type, size - 2))
                return false;
        return is == (behind == ']' ? WFLOW_LIST : WFLOW_OBJECT);
    }
    size_t word = word_of(type, size);
    if (types[word].type == WFLOW_MISSING || is != types[word].type)
        return types[word].type == WFLOW_MISSING;
    double number;
    bool is_int = strcmp(types[word].word, "int") == 0;
    return !is_int || (wflow_get_double(value, &number) && floor(number) == number);
}

/* ---- Definitions ---- */

static const wflow_definition **registered;
static size_t registered_count;

void wflow_add(const wflow_definition *definitions, size_t count) {
    registered = realloc(registered, (registered_count + count) * sizeof *registered);
    if (!registered)
        die("out of memory");
    for (size_t i = 0; i < count; i++)
        registered[registered_count++] = &definitions[i];
}

/* Writes the key of an option that is said. */
static bool says(wflow_json *json, const char *option, bool is_said) {
    if (is_said)
        wflow_key(json, option);
    return is_said;
}

static void put_number(wflow_json *json, const char *option, double number) {
    if (says(json, option, number != 0))
        wflow_put_double(json, number);
}

static void put_amount(wflow_json *json, const char *option, uint64_t amount) {
    if (says(json, option, amount != 0))
        wflow_put(json, wflow_of_uint(amount));
}

static void put_text(wflow_json *json, const char *option, const char *text) {
    if (says(json, option, text != NULL))
        wflow_put_string(json, text);
}

static void put_choice(wflow_json *json, const char *option, wflow_choice choice) {
    if (says(json, option, choice != WFLOW_UNSAID))
        wflow_put_bool(json, choice == WFLOW_YES);
}

static void put_texts(wflow_json *json, const char *option, const char *const *texts) {
    if (!says(json, option, texts != NULL))
        return;
    wflow_begin_list(json);
    for (; *texts; texts++)
        wflow_put_string(json, *texts);
    wflow_end_list(json);
}

static void put_delays(wflow_json *json, const int64_t *delays) {
    if (!says(json, "retry_delay_ms", delays != NULL))
        return;
    wflow_begin_list(json);
    for (; *delays >= 0; delays++)
        wflow_put_int(json, *delays);
    wflow_end_list(json);
}

static void put_limits(wflow_json *json, const wflow_limits *limits) {
    static const wflow_limits nothing;
    if (!says(json, "limits", memcmp(limits, &nothing, sizeof nothing) != 0))
        return;
    wflow_begin_object(json);
    put_amount(json, "memory", limits->memory);
    put_amount(json, "output", limits->output);
    put_amount(json, "result", limits->result);
    put_amount(json, "arguments", limits->arguments);
    put_amount(json, "http_response", limits->http_response);
    put_amount(json, "wall_time", limits->wall_time);
    put_amount(json, "cpu_time", limits->cpu_time);
    put_amount(json, "output_lines", limits->output_lines);
    put_amount(json, "table_elements", limits->table_elements);
    put_amount(json, "instances", limits->instances);
    put_amount(json, "submits", limits->submits);
    put_amount(json, "depth", limits->depth);
    put_amount(json, "open_files", limits->open_files);
    put_amount(json, "artifacts", limits->artifacts);
    wflow_end_object(json);
}

static void put_hooks(wflow_json *json, const char *event, const wflow_hook *hooks) {
    if (!says(json, event, hooks != NULL))
        return;
    wflow_begin_list(json);
    for (; hooks->name; hooks++)
        wflow_put_string(json, hooks->name);
    wflow_end_list(json);
}

static void put_of_the_code(wflow_json *json, const wflow_options *options) {
    if (options->retry_if)
        put_choice(json, "retry_if", WFLOW_YES);
    put_hooks(json, "on_completion", options->on_completion);
    put_hooks(json, "on_failure", options->on_failure);
    put_hooks(json, "on_crashed", options->on_crashed);
    put_hooks(json, "on_cancellation", options->on_cancellation);
}

/* The options in the contract's words; empty where they say nothing. */
static guest_string_t options_json(const wflow_options *options, bool is_declared) {
    wflow_json json = {0};
    wflow_begin_object(&json);
    put_text(&json, "run_name", options->run_name);
    put_amount(&json, "retries", options->retries);
    put_delays(&json, options->retry_delays_ms);
    put_number(&json, "retry_backoff", options->retry_backoff);
    put_number(&json, "retry_jitter", options->retry_jitter);
    put_amount(&json, "timeout_ms", options->timeout_ms);
    put_texts(&json, "tags", options->tags);
    put_choice(&json, "log_prints", options->log_prints);
    put_limits(&json, &options->limits);
    put_texts(&json, "needs", options->needs);
    put_number(&json, "priority", options->priority);
    put_amount(&json, "max_concurrency", options->max_concurrency);
    put_texts(&json, "cache_policy", options->cache_policy);
    put_text(&json, "cache_key", options->cache_key);
    put_amount(&json, "cache_expiration_ms", options->cache_expiration_ms);
    put_choice(&json, "refresh_cache", options->refresh_cache);
    put_text(&json, "cache_isolation", options->cache_isolation);
    put_choice(&json, "pure", options->pure);
    put_text(&json, "runner", options->runner);
    put_amount(&json, "max_workers", options->max_workers);
    if (is_declared)
        put_of_the_code(&json, options);
    if (options->more)
        wflow_put(&json, of_text(options->more));
    wflow_end_object(&json);
    guest_string_t text = json.size > 2 ? own_text(json.data, json.size) : own("");
    free(json.data);
    return text;
}

static exports_wflow_plugin_plugin_list_parameter_t parameters_of(const wflow_definition *of) {
    exports_wflow_plugin_plugin_list_parameter_t list = {NULL, 0};
    for (const wflow_parameter *one = of->parameters; one && one->name; one++)
        list.len++;
    list.ptr = allocate(list.len, sizeof *list.ptr);
    for (size_t i = 0; i < list.len; i++) {
        const wflow_parameter *one = &of->parameters[i];
        exports_wflow_plugin_plugin_parameter_t *told = &list.ptr[i];
        told->name = own(one->name);
        told->schema = schema_of(one->type, one->description);
        told->default_.is_some = one->default_json != NULL;
        told->default_.val = own(one->default_json);
    }
    return list;
}

static exports_wflow_plugin_plugin_list_definition_t definitions(bool is_flow) {
    exports_wflow_plugin_plugin_list_definition_t list = {allocate(registered_count, sizeof *list.ptr), 0};
    for (size_t i = 0; i < registered_count; i++) {
        const wflow_definition *one = registered[i];
        if (one->is_flow != is_flow)
            continue;
        list.ptr[list.len++] = (exports_wflow_plugin_plugin_definition_t){
            .name = own(one->name),
            .description = own(one->description),
            .parameters = parameters_of(one),
            .result = schema_of(one->result, NULL),
            .options = options_json(&one->options, true),
        };
    }
    return list;
}

void exports_wflow_plugin_plugin_describe(exports_wflow_plugin_plugin_manifest_t *manifest) {
    wflow_register();
    manifest->flows = definitions(true);
    manifest->tasks = definitions(false);
}

static const wflow_definition *find(bool is_flow, const char *name) {
    wflow_register();
    for (size_t i = 0; i < registered_count; i++)
        if (registered[i]->is_flow == is_flow && strcmp(registered[i]->name, name) == 0)
            return registered[i];
    return NULL;
}

/* ---- Running ---- */

struct wflow_args {
    const wflow_definition *of;
    wflow_value *values;
    size_t count;
};

wflow_value wflow_arg(const wflow_args *args, const char *name) {
    size_t index = 0;
    for (const wflow_parameter *one = args->of->parameters; one && one->name; one++, index++)
        if (strcmp(one->name, name) == 0)
            return args->values[index];
    die("%s has no parameter '%s'", args->of->name, name);
}

bool wflow_arg_bool(const wflow_args *args, const char *name) { return wflow_bool(wflow_arg(args, name)); }
int64_t wflow_arg_int(const wflow_args *args, const char *name) { return wflow_int(wflow_arg(args, name)); }
double wflow_arg_double(const wflow_args *args, const char *name) { return wflow_double(wflow_arg(args, name)); }
const char *wflow_arg_string(const wflow_args *args, const char *name) { return wflow_string(wflow_arg(args, name)); }

/* A guest that writes to a pipe would keep its lines back, and lose them in a crash. */
static void wake(void) {
    static char longest_line[4096];
    setvbuf(stdout, longest_line, _IOLBF, sizeof longest_line);
}

static guest_string_t message_of(const wflow_result *failure) {
    if (!failure->run_name)
        return own(failure->message);
    char *message = (char *)wflow_fail("run %s %s: %s", failure->run_name, kinds[failure->kind].told,
                                       failure->message ? failure->message : "").message;
    guest_string_t text = own(message);
    free(message);
    return text;
}

static wflow_result call(const wflow_args *args) {
    size_t index = 0;
    for (const wflow_parameter *one = args->of->parameters; one && one->name; one++, index++) {
        if (index == args->count)
            return wflow_fail_permanently("parameter '%s' is missing", one->name);
        if (one->type && !is_schema(one->type) && !fits(args->values[index], one->type, strlen(one->type)))
            return wflow_fail_permanently("parameter '%s' is not of type %s", one->name, one->type);
    }
    wflow_result result = args->of->run(args);
    bool (*retry_if)(const wflow_result *) = args->of->options.retry_if;
    if (result.kind != WFLOW_COMPLETED && !result.permanent && retry_if)
        result.permanent = !retry_if(&result);
    return result;
}

static bool run(bool is_flow, guest_string_t *name, exports_wflow_plugin_plugin_list_value_t *values,
                exports_wflow_plugin_plugin_value_t *returned, exports_wflow_plugin_plugin_error_t *error) {
    wake();
    const char *of = taken(name);
    wflow_args args = {find(is_flow, of), allocate(values->len, sizeof(wflow_value)), values->len};
    for (size_t i = 0; i < values->len; i++)
        args.values[i] = lifted(&values->ptr[i]);
    wflow_result result = args.of ? call(&args) : wflow_fail_permanently("the component has no '%s'", of);
    fflush(NULL);
    if (result.kind == WFLOW_COMPLETED)
        *returned = lowered(result.value);
    else
        *error = (exports_wflow_plugin_plugin_error_t){message_of(&result), !result.permanent};
    return result.kind == WFLOW_COMPLETED;
}

bool exports_wflow_plugin_plugin_run_flow(guest_string_t *name, exports_wflow_plugin_plugin_list_value_t *arguments,
                                          exports_wflow_plugin_plugin_value_t *returned,
                                          exports_wflow_plugin_plugin_error_t *error) {
    return run(true, name, arguments, returned, error);
}

bool exports_wflow_plugin_plugin_run_task(guest_string_t *name, exports_wflow_plugin_plugin_list_value_t *arguments,
                                          exports_wflow_plugin_plugin_value_t *returned,
                                          exports_wflow_plugin_plugin_error_t *error) {
    return run(false, name, arguments, returned, error);
}

static const char *text_of(wflow_value object, const char *key) {
    const char *text;
    return wflow_get_string(wflow_member(object, key), &text, NULL) ? text : "";
}

static wflow_ended ended_of(wflow_value told) {
    bool is_flow = wflow_type_of(wflow_member(told, "flow")) == WFLOW_STRING;
    wflow_ended ended = {
        .id = text_of(told, "id"),
        .name = text_of(told, "name"),
        .of = text_of(told, is_flow ? "flow" : "task"),
        .is_flow = is_flow,
        .state = text_of(told, "state"),
        .message = text_of(told, "message"),
    };
    wflow_get_int(wflow_member(told, "attempts"), &ended.attempts);
    return ended;
}

static wflow_ended woken(guest_string_t *told) {
    wake();
    return ended_of((wflow_value){.data = (const char *)told->ptr, .size = told->len});
}

static const wflow_hook *hook_of(const wflow_options *options, const char *name) {
    const wflow_hook *all[] = {options->on_completion, options->on_failure, options->on_crashed,
                               options->on_cancellation};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (const wflow_hook *hook = all[i]; hook && hook->name; hook++)
            if (strcmp(hook->name, name) == 0)
                return hook;
    return NULL;
}

bool exports_wflow_plugin_plugin_run_hook(guest_string_t *name, guest_string_t *told_run,
                                          exports_wflow_plugin_plugin_error_t *error) {
    wflow_ended ended = woken(told_run);
    const wflow_definition *of = find(ended.is_flow, ended.of);
    const char *hook_name = taken(name);
    const wflow_hook *hook = of ? hook_of(&of->options, hook_name) : NULL;
    wflow_result result =
        hook ? hook->call(&ended) : wflow_fail_permanently("the component has no hook '%s'", hook_name);
    fflush(NULL);
    if (result.kind == WFLOW_COMPLETED)
        return true;
    *error = (exports_wflow_plugin_plugin_error_t){message_of(&result), false};
    return false;
}

bool exports_wflow_plugin_plugin_retry_if(guest_string_t *told_run, bool *is_worth_it,
                                          exports_wflow_plugin_plugin_error_t *error) {
    wflow_ended ended = woken(told_run);
    const wflow_definition *of = find(ended.is_flow, ended.of);
    if (!of || !of->options.retry_if) {
        *error = (exports_wflow_plugin_plugin_error_t){own("there is no condition for another attempt"), false};
        return false;
    }
    wflow_result failure = {.kind = kind_of(ended.state), .message = ended.message};
    *is_worth_it = of->options.retry_if(&failure);
    fflush(NULL);
    return true;
}

/* ---- Runs ---- */

wflow_input wflow_in(wflow_value value) { return (wflow_input){.from = WFLOW_FROM_VALUE, .value = value}; }
wflow_input wflow_in_bool(bool value) { return wflow_in(wflow_of_bool(value)); }
wflow_input wflow_in_int(int64_t value) { return wflow_in(wflow_of_int(value)); }
wflow_input wflow_in_double(double value) { return wflow_in(wflow_of_double(value)); }
wflow_input wflow_in_string(const char *text) { return wflow_in(wflow_of_string(text)); }
wflow_input wflow_in_result(wflow_future run) { return (wflow_input){.from = WFLOW_FROM_RESULT, .run = run}; }

wflow_input wflow_in_results(const wflow_future *runs, size_t count) {
    return (wflow_input){.from = WFLOW_FROM_RESULTS, .runs = runs, .count = count};
}

wflow_input wflow_in_outcome(wflow_future run) { return (wflow_input){.from = WFLOW_FROM_OUTCOME, .run = run}; }

wflow_input wflow_named(const char *name, wflow_input input) {
    input.name = name;
    return input;
}

wflow_result wflow_outcome(wflow_value value) {
    wflow_value failure = wflow_member(value, "failed");
    if (!failure.data)
        return wflow_return(wflow_member(value, "completed"));
    return (wflow_result){.kind = kind_of(text_of(failure, "kind")), .message = text_of(failure, "message")};
}

static borrowed borrow(wflow_future run) { return (borrowed){run.handle}; }

static wflow_plugin_runner_list_borrow_run_future_t borrow_all(const wflow_future *runs, size_t count) {
    wflow_plugin_runner_list_borrow_run_future_t list = {allocate(count, sizeof *list.ptr), count};
    for (size_t i = 0; i < count; i++)
        list.ptr[i] = borrow(runs[i]);
    return list;
}

static wflow_plugin_runner_argument_t argument_of(const wflow_input *input) {
    wflow_plugin_runner_argument_t argument = {.name = own(input->name)};
    switch (input->from) {
        case WFLOW_FROM_VALUE:
            argument.input.tag = WFLOW_PLUGIN_RUNNER_INPUT_VALUE;
            argument.input.val.value = lowered(input->value);
            break;
        case WFLOW_FROM_RESULT:
            argument.input.tag = WFLOW_PLUGIN_RUNNER_INPUT_RESULT_OF;
            argument.input.val.result_of = borrow(input->run);
            break;
        case WFLOW_FROM_RESULTS:
            argument.input.tag = WFLOW_PLUGIN_RUNNER_INPUT_RESULTS_OF;
            argument.input.val.results_of = borrow_all(input->runs, input->count);
            break;
        case WFLOW_FROM_OUTCOME:
            argument.input.tag = WFLOW_PLUGIN_RUNNER_INPUT_OUTCOME_OF;
            argument.input.val.outcome_of = borrow(input->run);
            break;
    }
    return argument;
}

static wflow_plugin_runner_list_argument_t arguments_of(wflow_inputs inputs) {
    wflow_plugin_runner_list_argument_t list = {allocate(inputs.count, sizeof *list.ptr), inputs.count};
    for (size_t i = 0; i < inputs.count; i++)
        list.ptr[i] = argument_of(&inputs.inputs[i]);
    return list;
}

/* What a submit says beside its arguments, as the host takes it. */
typedef struct extras {
    guest_string_t name;
    wflow_plugin_runner_list_dependency_t wait_for;
    guest_string_t options;
} extras;

static extras extras_of(const char *name, const wflow_with *with) {
    static const wflow_with nothing;
    with = with ? with : &nothing;
    size_t count = with->wait_for_count;
    extras all = {own(name), {allocate(count, sizeof *all.wait_for.ptr), count}, options_json(&with->options, false)};
    for (size_t i = 0; i < count; i++) {
        const wflow_dependency *one = &with->wait_for[i];
        all.wait_for.ptr[i] = (wflow_plugin_runner_dependency_t){borrow(one->run), one->allow_failure};
    }
    return all;
}

static void free_extras(extras *all) {
    guest_string_free(&all->name);
    guest_string_free(&all->options);
    free(all->wait_for.ptr);
}

typedef wflow_plugin_runner_own_run_future_t starter(guest_string_t *, wflow_plugin_runner_list_argument_t *,
                                                     wflow_plugin_runner_list_dependency_t *, guest_string_t *);

static wflow_future start(starter *starts, const char *name, wflow_inputs inputs, const wflow_with *with) {
    extras all = extras_of(name, with);
    wflow_plugin_runner_list_argument_t arguments = arguments_of(inputs);
    wflow_future run = {starts(&all.name, &arguments, &all.wait_for, &all.options).__handle};
    wflow_plugin_runner_list_argument_free(&arguments);
    free_extras(&all);
    return run;
}

wflow_future wflow_submit(const char *task, wflow_inputs inputs, const wflow_with *with) {
    return start(wflow_plugin_runner_submit, task, inputs, with);
}

wflow_future wflow_start(const char *flow, wflow_inputs inputs, const wflow_with *with) {
    return start(wflow_plugin_runner_start_flow, flow, inputs, with);
}

static wflow_result awaited(wflow_future run) {
    wflow_result result = wflow_wait(run);
    wflow_drop(run);
    return result;
}

wflow_result wflow_call(const char *task, wflow_inputs inputs) { return awaited(wflow_submit(task, inputs, NULL)); }
wflow_result wflow_call_flow(const char *flow, wflow_inputs inputs) { return awaited(wflow_start(flow, inputs, NULL)); }
wflow_column wflow_each(const wflow_input *inputs) { return (wflow_column){.inputs = inputs}; }
wflow_column wflow_same(wflow_input input) { return (wflow_column){.same = input}; }

static wflow_plugin_runner_list_argument_t row_of(wflow_columns columns, size_t row) {
    wflow_plugin_runner_list_argument_t list = {allocate(columns.count, sizeof *list.ptr), columns.count};
    for (size_t i = 0; i < columns.count; i++) {
        const wflow_column *column = &columns.columns[i];
        list.ptr[i] = argument_of(column->inputs ? &column->inputs[row] : &column->same);
    }
    return list;
}

void wflow_map(const char *task, wflow_columns columns, size_t count, const wflow_with *with, wflow_future *futures) {
    extras all = extras_of(task, with);
    wflow_plugin_runner_list_list_argument_t runs = {allocate(count, sizeof *runs.ptr), count};
    for (size_t i = 0; i < count; i++)
        runs.ptr[i] = row_of(columns, i);
    wflow_plugin_runner_list_own_run_future_t list;
    wflow_plugin_runner_submit_many(&all.name, &runs, &all.wait_for, &all.options, &list);
    for (size_t i = 0; i < count && i < list.len; i++)
        futures[i].handle = list.ptr[i].__handle;
    if (list.len)
        free(list.ptr);
    wflow_plugin_runner_list_list_argument_free(&runs);
    free_extras(&all);
}

const char *wflow_name(wflow_future run) {
    guest_string_t name;
    wflow_plugin_runner_method_run_future_name(borrow(run), &name);
    return taken(&name);
}

const char *wflow_id(wflow_future run) {
    guest_string_t id;
    wflow_plugin_runner_method_run_future_id(borrow(run), &id);
    return taken(&id);
}

wflow_result wflow_wait(wflow_future run) {
    wflow_plugin_runner_value_t value;
    wflow_plugin_runner_failure_t failure;
    if (wflow_plugin_runner_method_run_future_result(borrow(run), &value, &failure))
        return wflow_return(lifted(&value));
    wflow_result result = failed(&failure);
    result.run_name = wflow_name(run);
    return result;
}

wflow_state wflow_state_of(wflow_future run) {
    return (wflow_state)wflow_plugin_runner_method_run_future_state(borrow(run));
}

bool wflow_has_ended(wflow_future run) { return wflow_state_of(run) >= WFLOW_STATE_COMPLETED; }
void wflow_cancel(wflow_future run) { wflow_plugin_runner_method_run_future_cancel(borrow(run)); }

void wflow_drop(wflow_future run) {
    wflow_plugin_runner_run_future_drop_own((wflow_plugin_runner_own_run_future_t){run.handle});
}

size_t wflow_wait_any(const wflow_future *runs, size_t count, int64_t timeout_ms, uint32_t *ended) {
    wflow_plugin_runner_list_borrow_run_future_t list = borrow_all(runs, count);
    uint64_t timeout = (uint64_t)timeout_ms;
    guest_list_u32_t indices;
    wflow_plugin_runner_wait_any(&list, timeout_ms < 0 ? NULL : &timeout, &indices);
    for (size_t i = 0; ended && i < indices.len; i++)
        ended[i] = indices.ptr[i];
    size_t how_many = indices.len;
    guest_list_u32_free(&indices);
    free(list.ptr);
    return how_many;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes those that have ended out of the list. */
static size_t without_ended(wflow_future *runs, size_t count) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (!wflow_has_ended(runs[i]))
            runs[left++] = runs[i];
    return left;
}

size_t wflow_wait_all(const wflow_future *runs, size_t count, int64_t timeout_ms) {
    wflow_future *waiting = (wflow_future *)(void *)copy(runs, count * sizeof *runs);
    int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;
    size_t left = without_ended(waiting, count);
    while (left) {
        int64_t rest = timeout_ms < 0 ? WFLOW_FOREVER : deadline - now_ms();
        if (timeout_ms >= 0 && rest <= 0)
            break;
        wflow_wait_any(waiting, left, rest, NULL);
        left = without_ended(waiting, left);
    }
    free(waiting);
    return count - left;
}

bool wflow_take_ended(wflow_future *runs, size_t *count, wflow_future *ended) {
    if (*count == 0)
        return false;
    uint32_t *indices = allocate(*count, sizeof *indices);
    if (!wflow_wait_any(runs, *count, WFLOW_FOREVER, indices))
        die("the host waited for no run");
    *ended = runs[indices[0]];
    --*count;
    memmove(&runs[indices[0]], &runs[indices[0] + 1], (*count - indices[0]) * sizeof *runs);
    free(indices);
    return true;
}

/* ---- What the host offers ---- */

void wflow_sleep(uint64_t milliseconds) {
    wflow_plugin_runner_list_borrow_run_future_t nothing = {NULL, 0};
    guest_list_u32_t ended;
    wflow_plugin_runner_wait_any(&nothing, &milliseconds, &ended);
}

uint64_t wflow_random(void) {
    uint64_t bits;
    if (getentropy(&bits, sizeof bits) != 0)
        die("no random numbers: %s", strerror(errno));
    return bits;
}

void wflow_log(wflow_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    guest_string_t message = own(text);
    wflow_plugin_runner_log((wflow_plugin_runner_level_t)level, &message);
    guest_string_free(&message);
    free(text);
}

wflow_result wflow_variable(const char *name) {
    guest_string_t of = own(name), json;
    wflow_plugin_runner_failure_t failure;
    if (!wflow_plugin_runner_variable(&of, &json, &failure))
        return failed(&failure);
    return wflow_return(of_text(taken(&json)));
}

wflow_result wflow_secret(const char *name) {
    guest_string_t of = own(name), secret;
    wflow_plugin_runner_failure_t failure;
    if (!wflow_plugin_runner_secret(&of, &secret, &failure))
        return failed(&failure);
    return wflow_return(wflow_of_string_n((const char *)secret.ptr, secret.len));
}

static wflow_result paused(const char *prompt, guest_string_t schema, int64_t timeout_ms) {
    guest_string_t asked = own(prompt), answer;
    uint64_t timeout = (uint64_t)timeout_ms;
    wflow_plugin_runner_failure_t failure;
    if (!wflow_plugin_runner_pause(&asked, &schema, timeout_ms < 0 ? NULL : &timeout, &answer, &failure))
        return failed(&failure);
    return wflow_return(of_text(taken(&answer)));
}

wflow_result wflow_pause(const char *prompt, int64_t timeout_ms) { return paused(prompt, own(""), timeout_ms); }

wflow_result wflow_pause_for_input(const char *prompt, const char *type, int64_t timeout_ms) {
    /* An empty schema would take any word to go on for an answer. */
    bool is_any = !type || strcmp(type, "json") == 0;
    return paused(prompt, is_any ? own("{}") : schema_of(type, NULL), timeout_ms);
}

wflow_result wflow_artifact(wflow_artifact_kind kind, const char *key, wflow_value data, const char *description) {
    wflow_plugin_runner_artifact_t artifact = {
        .kind = (wflow_plugin_runner_artifact_kind_t)kind,
        .key = own(key),
        .description = own(description),
        .data = lowered(data),
    };
    wflow_plugin_runner_failure_t failure;
    bool is_done = wflow_plugin_runner_create_artifact(&artifact, &failure);
    wflow_plugin_runner_artifact_free(&artifact);
    return is_done ? wflow_return_nothing() : failed(&failure);
}
