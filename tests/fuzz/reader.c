// Searches for bytes that the native reader does not take, under the sanitizers that it is built with:
// a small search that follows coverage. Usage: reader SECONDS SEED FILE...
//
// Each input is a copy of its own size on the heap, so that one byte too far is found.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reader.h"

#define MAX_SIZE 4096
#define MAX_INPUTS 4096
#define EDGES 65536

static unsigned char seen[EDGES], now[EDGES];
static size_t last_edge;

// Called by what is compiled with -fsanitize-coverage=trace-pc: the reader, and not this file.
__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void) {
    size_t here = (size_t)__builtin_return_address(0);
    size_t edge = (here ^ (here >> 16)) & (EDGES - 1);
    now[edge ^ (last_edge >> 1)] = 1;
    last_edge = edge;
}

static struct { char *data; size_t size; } inputs[MAX_INPUTS];
static size_t input_count;
static unsigned long long state;

static unsigned chance(unsigned below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return below == 0 ? 0 : (unsigned)((state >> 33) % below);
}

static void keep(const char *data, size_t size) {
    size_t place = input_count < MAX_INPUTS ? input_count++ : chance(MAX_INPUTS);
    free(inputs[place].data);
    inputs[place].data = malloc(size + 1);
    inputs[place].size = size;
    memcpy(inputs[place].data, data, size);
}

static void check(int is_right, const char *what) {
    if (!is_right) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void try_one(const char *bytes, size_t size) {
    char *data = malloc(size ? size : 1);
    memcpy(data, bytes, size);
    struct record record;
    size_t at = 0, before = 0;
    while (read_record(data, size, &at, &record) == RECORD) {
        check(at > before && at <= size && record.start < record.end && record.end <= size, "places");
        check(!is_plain(&record, 29920320) || record.kind != OTHER, "plain");
        check(record.request_id.size <= 1024 && record.duration_us >= ABSENT, "values");
        before = at;
    }
    struct text id = read_invoke(data, size);
    check(id.size == 0 || (id.at >= data && id.at + id.size <= data + size), "invoke");
    check(read_message(data, size, true) <= size && read_message(data, size, false) <= size, "message");
    free(data);
}

static size_t changed(char *data) {
    static const char *const words[] = {"\"", "{", "}", "[", "]", "\\", ",", ":", "\r\n", "-1", "1e9",
        "platform.report", "requestId", "metrics", "durationMs", "Content-Length: 3\r\n", "9999999999999"};
    size_t from = chance((unsigned)input_count), size = inputs[from].size;
    memcpy(data, inputs[from].data, size);
    for (unsigned times = 1 + chance(4); times > 0; times--) {
        size_t place = chance((unsigned)size + 1), length = chance(16);
        const char *word = words[chance(sizeof(words) / sizeof(*words))];
        switch (chance(5)) {
            case 0:
                if (place < size) {
                    data[place] = (char)chance(256);
                }
                break;
            case 1:  // cut out
                length = length < size - place ? length : size - place;
                memmove(data + place, data + place + length, size - place - length);
                size -= length;
                break;
            case 2:  // put in
                length = strlen(word);
                if (size + length <= MAX_SIZE) {
                    memmove(data + place + length, data + place, size - place);
                    memcpy(data + place, word, length);
                    size += length;
                }
                break;
            case 3:  // cut off
                size = chance(8) == 0 ? place : size;
                break;
            default: {  // go on with the end of another
                size_t other = chance((unsigned)input_count);
                size_t part = chance((unsigned)inputs[other].size + 1);
                part = part < MAX_SIZE - place ? part : MAX_SIZE - place;
                if (chance(4) == 0) {
                    memcpy(data + place, inputs[other].data + inputs[other].size - part, part);
                    size = place + part;
                }
            }
        }
    }
    return size;
}

int main(int count, char **arguments) {
    time_t end = time(NULL) + atoi(arguments[1]);
    state = strtoull(arguments[2], NULL, 10);
    static char data[MAX_SIZE];
    for (int i = 3; i < count; i++) {
        FILE *file = fopen(arguments[i], "rb");
        size_t size = fread(data, 1, MAX_SIZE, file);
        fclose(file);
        keep(data, size);
        try_one(data, size);
    }
    unsigned long runs = 0, edges = 0;
    do {
        size_t size = changed(data);
        memset(now, 0, sizeof(now));
        last_edge = 0;
        try_one(data, size);
        bool is_new = false;
        for (size_t i = 0; i < EDGES; i++) {
            if (now[i] && !seen[i]) {
                seen[i] = 1;
                edges++;
                is_new = true;
            }
        }
        if (is_new) {
            keep(data, size);
        }
        runs++;
    } while (runs < 2000 || time(NULL) < end);
    printf("%lu inputs, %lu edges\n", runs, edges);
    return 0;
}
