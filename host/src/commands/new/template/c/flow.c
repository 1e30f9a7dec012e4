/*
 * Counts the letters of a text: a flow and two tasks to start from.
 *
 * `wflow run .` runs the flow, `wflow run . -p text="lorem ipsum"` gives it another text, and
 * `wflow inspect .` shows what there is to run.
 */

#include <ctype.h>
#include <string.h>

#include "wflow.h"

enum { MOST_WORDS = 1000 };

static wflow_result count(const wflow_args *args) {
    const char *word = wflow_arg_string(args, "word");
    int64_t letters = 0;
    for (const char *at = word; *at; at++)
        letters += isalpha((unsigned char)*at) != 0;
    return letters ? wflow_return_int(letters) : wflow_fail("'%s' has no letters", word);
}

static wflow_result add(const wflow_args *args) {
    return wflow_return_int(wflow_arg_int(args, "a") + wflow_arg_int(args, "b"));
}

/* Cuts the text into words, and returns how many there are. */
static size_t split(const char *text, wflow_input *words) {
    size_t count = 0;
    while (count < MOST_WORDS && *(text += strspn(text, " \t\n"))) {
        size_t size = strcspn(text, " \t\n");
        words[count++] = wflow_in(wflow_of_string_n(text, size));
        text += size;
    }
    return count;
}

static wflow_result letters(const wflow_args *args) {
    /* `wflow_map` submits one run for each word. It returns at once, with a future for each. */
    wflow_input words[MOST_WORDS];
    wflow_future counts[MOST_WORDS];
    size_t how_many = split(wflow_arg_string(args, "text"), words);
    wflow_map("count", WFLOW_COLUMNS(wflow_each(words)), how_many, NULL, counts);

    /* `wflow_submit` submits one run. It takes futures where the task takes values: the run starts when
     * both numbers are there, and they go from run to run without passing through the flow. */
    wflow_future total = wflow_submit("add", WFLOW_INPUTS(wflow_in_int(0), wflow_in_int(0)), NULL);
    for (size_t i = 0; i < how_many; i++)
        total = wflow_submit("add", WFLOW_INPUTS(wflow_in_result(total), wflow_in_result(counts[i])), NULL);

    /* `wflow_wait` waits. If a run has failed, its result tells that, and returned so does the flow. */
    return wflow_wait(total);
}

static const wflow_definition table[] = {
    WFLOW_TASK(count,
               .description = "Counts the letters of a word.\n\n"
                              "Every run has a WebAssembly instance of its own. An attempt that fails is followed by\n"
                              "up to two more; `-p text=\"catch 22\"` shows it.",
               .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("word", "string")),
               .result = "int",
               .options = {.retries = 2, .retry_delays_ms = WFLOW_DELAYS(200)}),
    WFLOW_TASK(add,
               .description = "Adds two numbers.",
               .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("a", "int"), WFLOW_REQUIRED("b", "int")),
               .result = "int"),
    WFLOW_FLOW(letters,
               .description = "Counts the letters of a text, one task run for each word.",
               /* A parameter with a default, which is JSON, may be left out. */
               .parameters = WFLOW_PARAMETERS(
                   WFLOW_DEFAULT("text", "string", "\"The quick brown fox jumps over the lazy dog\"")),
               .result = "int"),
};

WFLOW_GUEST(table)
