/* A fan-out of tasks that compute and never wait. */

#include <inttypes.h>
#include <stdio.h>

#include "wflow.h"

/* How often a part tells how far it is. */
enum { CHUNKS = 5, MOST_PARTS = 64 };

/* Trial division, deliberately plain. */
static bool is_prime(int64_t n) {
    for (int64_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n >= 2;
}

static wflow_result count_primes(const wflow_args *args) {
    int64_t part = wflow_arg_int(args, "part"), parts = wflow_arg_int(args, "parts");
    int64_t limit = wflow_arg_int(args, "limit"), primes = 0;
    for (int64_t chunk = 0; chunk < CHUNKS; chunk++) {
        /* The parts take turns, since larger numbers take longer. */
        int64_t block = chunk * parts + part;
        int64_t begin = limit * block / (parts * CHUNKS), end = limit * (block + 1) / (parts * CHUNKS);
        for (int64_t n = begin; n < end; n++)
            primes += is_prime(n);
        printf("part %" PRId64 ": %" PRId64 " primes up to %" PRId64 "\n", part, primes, end);
    }
    return wflow_return_int(primes);
}

static wflow_result primes(const wflow_args *args) {
    int64_t parts = wflow_arg_int(args, "parts"), sum = 0;
    if (parts < 1 || parts > MOST_PARTS)
        return wflow_fail_permanently("there are 1 to %d parts", MOST_PARTS);
    wflow_input numbers[MOST_PARTS];
    wflow_future runs[MOST_PARTS];
    for (int64_t part = 0; part < parts; part++)
        numbers[part] = wflow_in_int(part);
    wflow_columns columns = WFLOW_COLUMNS(wflow_each(numbers), wflow_same(wflow_in_int(parts)),
                                          wflow_same(wflow_in(wflow_arg(args, "limit"))));
    wflow_map("count_primes", columns, (size_t)parts, NULL, runs);
    for (int64_t part = 0; part < parts; part++) {
        wflow_result counted = wflow_wait(runs[part]);
        if (counted.kind != WFLOW_COMPLETED)
            return counted;
        sum += wflow_int(counted.value);
    }
    return wflow_return_int(sum);
}

static const wflow_definition table[] = {
    WFLOW_TASK(count_primes,
               .description = "Counts the primes in one part of each chunk of the numbers below the limit.",
               .parameters = WFLOW_PARAMETERS(WFLOW_REQUIRED("part", "int"), WFLOW_REQUIRED("parts", "int"),
                                              WFLOW_REQUIRED("limit", "int")),
               .result = "int"),
    WFLOW_FLOW(primes,
               .description = "Counts the primes below the limit.",
               .parameters = WFLOW_PARAMETERS(WFLOW_DEFAULT("limit", "int", "200000"),
                                              WFLOW_DEFAULT("parts", "int", "8")),
               .result = "int",
               .options = {.runner = "thread-pool"}),
};

WFLOW_GUEST(table)
