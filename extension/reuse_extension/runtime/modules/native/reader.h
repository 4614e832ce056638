// Reads what is usual: telemetry batches, answers to `next`, HTTP messages with a length. Plain C on
// bytes: no memory is taken, nothing is kept, and nothing outside of the bytes is read. It is strict:
// whatever is unusual is left to the Python code, which is the reference for all of it.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ABSENT (-1)
#define MINUTE_MS 60000

enum kind { OTHER, START, RUNTIME_DONE, REPORT };

struct text {
    const char *at;
    size_t size; // 0 where it is absent
};

// One record. OTHER: valid JSON from `start` to `end`, and no more is said of it. Else what the events
// of core/events.py hold, in their units, ABSENT where it is absent.
struct record {
    enum kind kind;
    size_t start, end;
    int64_t time_ms;
    struct text request_id, status, error_type, tenant_id;
    int64_t duration_us, billed_ms, memory_size_mb, memory_used_mb, init_us, restore_us;
};

enum { UNUSUAL = -1, END = 0, RECORD = 1 };

// The next record of a batch: RECORD and the place after it in `at`, which is 0 at first; END after the
// last; UNUSUAL where the whole batch is to be read in another way.
int read_record(const char *body, size_t size, size_t *at, struct record *record);

// Whether these three, of the kinds START, RUNTIME_DONE and REPORT, are one event, Served: `joined` in
// core/events.py.
bool is_served(const struct record *start, const struct record *done, const struct record *report);

// Whether a record reports an invocation that succeeds, or begins, in this minute, in epoch minutes.
bool is_plain(const struct record *record, int64_t minute);

// The request id in an INVOKE; of size 0 where it is anything else.
struct text read_invoke(const char *body, size_t size);

// Where the body of the one whole message begins that the bytes hold: a request (POST), or a response
// with status 200; 0 where it is anything else. The body reaches to the end.
size_t read_message(const char *data, size_t size, bool is_response);
