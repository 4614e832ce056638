// See reader.h.

#include "reader.h"

#include <string.h>

#define MAX_DEPTH 24
#define MAX_NUMBER 24
#define MAX_TEXT 1024
#define MAX_DIGITS 400 // as in core/batches.py
#define MAX_RECORD (64 * 1024)
#define MAX_DECIMALS 3
#define MAX_WHOLE_DIGITS 12

struct place {
    const char *at, *end;
};

static void skip_blanks(struct place *p) {
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')) {
        p->at++;
    }
}

static bool take(struct place *p, char mark) {
    skip_blanks(p);
    if (p->at < p->end && *p->at == mark) {
        p->at++;
        return true;
    }
    return false;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is(struct text text, const char *other) {
    return text.size == strlen(other) && memcmp(text.at, other, text.size) == 0;
}

// A text of printable ASCII; escapes only where `may_escape`, since they are not undone here.
static bool read_text(struct place *p, bool may_escape, struct text *text) {
    if (!take(p, '"')) {
        return false;
    }
    text->at = p->at;
    int digits = 0;
    for (; p->at < p->end; p->at++) {
        char c = *p->at;
        digits = is_digit(c) ? digits + 1 : 0;
        if (c == '"') {
            text->size = (size_t)(p->at++ - text->at);
            return true;
        }
        if (c < 0x20 || c > 0x7e || digits > MAX_DIGITS) {
            return false;
        }
        if (c == '\\' && (!may_escape || ++p->at >= p->end || *p->at == 0 || strchr("\"\\/bfnrt", *p->at) == NULL)) {
            return false;
        }
    }
    return false;
}

// A number as RFC 8259 writes it.
static bool skip_number(struct place *p) {
    const char *start = p->at;
    if (p->at < p->end && *p->at == '-') {
        p->at++;
    }
    const char *whole = p->at;
    while (p->at < p->end && is_digit(*p->at)) {
        p->at++;
    }
    if (p->at == whole || (*whole == '0' && p->at - whole > 1)) {
        return false;
    }
    if (p->at < p->end && *p->at == '.') {
        const char *fraction = ++p->at;
        while (p->at < p->end && is_digit(*p->at)) {
            p->at++;
        }
        if (p->at == fraction) {
            return false;
        }
    }
    bool has_exponent = p->at < p->end && (*p->at == 'e' || *p->at == 'E');
    return !has_exponent && p->at - start <= MAX_NUMBER;
}

static bool skip_word(struct place *p, const char *word) {
    size_t size = strlen(word);
    if ((size_t)(p->end - p->at) < size || memcmp(p->at, word, size) != 0) {
        return false;
    }
    p->at += size;
    return true;
}

static bool skip_value(struct place *p, int depth);

static bool skip_members(struct place *p, char end, int depth) {
    struct text name;
    if (take(p, end)) {
        return true;
    }
    do {
        if (end == '}' && !(read_text(p, true, &name) && take(p, ':'))) {
            return false;
        }
        if (!skip_value(p, depth + 1)) {
            return false;
        }
    } while (take(p, ','));
    return take(p, end);
}

static bool skip_value(struct place *p, int depth) {
    struct text text;
    skip_blanks(p);
    if (p->at >= p->end || depth > MAX_DEPTH) {
        return false;
    }
    switch (*p->at) {
        case '"':
            return read_text(p, true, &text);
        case '{':
            p->at++;
            return skip_members(p, '}', depth);
        case '[':
            p->at++;
            return skip_members(p, ']', depth);
        case 't':
            return skip_word(p, "true");
        case 'f':
            return skip_word(p, "false");
        case 'n':
            return skip_word(p, "null");
        default:
            return skip_number(p);
    }
}

// What a value is read into, and whether it was of its kind. Either way it is passed over; a value that
// is not valid JSON fails.
struct reading {
    struct place place;
    bool is_usual;
};

// A text that is wanted: once, not empty and not too long.
static bool want_text(struct reading *r, struct text *text) {
    struct place before = r->place;
    struct text found;
    if (!read_text(&r->place, false, &found)) {
        r->place = before;
        r->is_usual = false;
        return skip_value(&r->place, 1);
    }
    r->is_usual = r->is_usual && text->size == 0 && found.size > 0 && found.size <= MAX_TEXT;
    *text = found;
    return true;
}

// A number that is wanted, in units of 10^-decimals: once, not negative, with no more decimals.
static bool want_number(struct reading *r, int decimals, int64_t *number) {
    skip_blanks(&r->place);
    const char *at = r->place.at;
    if (!skip_value(&r->place, 1)) {
        return false;
    }
    int64_t value = 0;
    int digits = 0;
    for (; at < r->place.at && is_digit(*at) && digits < MAX_WHOLE_DIGITS; at++, digits++) {
        value = value * 10 + (*at - '0');
    }
    bool is_usual = digits > 0 && *number == ABSENT;
    if (at < r->place.at && *at == '.' && decimals > 0) {
        at++;
    }
    int places = 0;
    for (; places < decimals; places++) {
        value = value * 10 + (at < r->place.at && is_digit(*at) ? *at++ - '0' : 0);
    }
    *number = value;
    r->is_usual = r->is_usual && is_usual && at == r->place.at;
    return true;
}

static int two_digits(const char *at) {
    return (at[0] - '0') * 10 + (at[1] - '0');
}

static int64_t days(int year, int month, int day) {
    // Years that begin in March have the leap day at their end.
    int march_year = year - (month <= 2);
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return (int64_t)march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year - 719468;
}

// 2026-11-21T00:04:21.886Z as epoch milliseconds, or ABSENT.
static int64_t time_of(struct text text) {
    static const char form[] = "0000-00-00T00:00:00.000Z";
    if (text.size != sizeof(form) - 1) {
        return ABSENT;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (form[i] == '0' ? !is_digit(text.at[i]) : text.at[i] != form[i]) {
            return ABSENT;
        }
    }
    int year = two_digits(text.at) * 100 + two_digits(text.at + 2);
    int month = two_digits(text.at + 5), day = two_digits(text.at + 8);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) {
        return ABSENT;
    }
    int64_t minutes = (days(year, month, day) * 24 + two_digits(text.at + 11)) * 60 + two_digits(text.at + 14);
    int milliseconds = (text.at[20] - '0') * 100 + two_digits(text.at + 21);
    return minutes * 60000 + two_digits(text.at + 17) * 1000 + milliseconds;
}

typedef bool (*member_reader)(struct reading *, struct text name, struct record *);

// An object, each of whose members is read by `read_member`.
static bool read_object(struct reading *r, member_reader read_member, struct record *record) {
    struct text name;
    if (!take(&r->place, '{')) {
        return false;
    }
    if (take(&r->place, '}')) {
        return true;
    }
    do {
        if (!read_text(&r->place, false, &name) || !take(&r->place, ':') || !read_member(r, name, record)) {
            return false;
        }
    } while (take(&r->place, ','));
    return take(&r->place, '}');
}

static bool read_metric(struct reading *r, struct text name, struct record *record) {
    if (is(name, "durationMs")) {
        return want_number(r, MAX_DECIMALS, &record->duration_us);
    } else if (is(name, "billedDurationMs")) {
        return want_number(r, 0, &record->billed_ms);
    } else if (is(name, "memorySizeMB")) {
        return want_number(r, 0, &record->memory_size_mb);
    } else if (is(name, "maxMemoryUsedMB")) {
        return want_number(r, 0, &record->memory_used_mb);
    } else if (is(name, "initDurationMs")) {
        return want_number(r, MAX_DECIMALS, &record->init_us);
    } else if (is(name, "restoreDurationMs")) {
        return want_number(r, MAX_DECIMALS, &record->restore_us);
    }
    return skip_value(&r->place, 3);
}

// An object where one is wanted; anything else, or a second one, is passed over.
static bool want_object(struct reading *r, member_reader read_member, struct record *record, bool *is_there) {
    skip_blanks(&r->place);
    r->is_usual = r->is_usual && !*is_there;
    *is_there = true;
    if (r->place.at < r->place.end && *r->place.at == '{') {
        return read_object(r, read_member, record);
    }
    r->is_usual = false;
    return skip_value(&r->place, 2);
}

// Which objects and texts of a record were there; behind it, so that the readers have one type.
struct telling {
    struct record record;
    struct text type, time;
    bool has_record, has_metrics;
};

static bool read_field(struct reading *r, struct text name, struct record *record) {
    struct telling *telling = (struct telling *)record;
    if (is(name, "requestId")) {
        return want_text(r, &record->request_id);
    } else if (is(name, "status")) {
        return want_text(r, &record->status);
    } else if (is(name, "errorType")) {
        return want_text(r, &record->error_type);
    } else if (is(name, "tenantId")) {
        return want_text(r, &record->tenant_id);
    } else if (is(name, "metrics")) {
        return want_object(r, read_metric, record, &telling->has_metrics);
    }
    return skip_value(&r->place, 2);
}

static bool read_part(struct reading *r, struct text name, struct record *record) {
    struct telling *telling = (struct telling *)record;
    if (is(name, "type")) {
        return want_text(r, &telling->type);
    } else if (is(name, "time")) {
        return want_text(r, &telling->time);
    } else if (is(name, "record")) {
        return want_object(r, read_field, record, &telling->has_record);
    }
    return skip_value(&r->place, 1);
}

static enum kind kind_of(struct text type) {
    return is(type, "platform.start")         ? START
           : is(type, "platform.runtimeDone") ? RUNTIME_DONE
           : is(type, "platform.report")      ? REPORT
                                              : OTHER;
}

int read_record(const char *body, size_t size, size_t *at, struct record *record) {
    struct reading r = {{body + *at, body + size}, true};
    bool is_first = *at == 0;
    if (is_first && !take(&r.place, '[')) {
        return UNUSUAL;
    }
    if (take(&r.place, ']')) {
        skip_blanks(&r.place);
        return r.place.at == r.place.end ? END : UNUSUAL;
    }
    if (!is_first && !take(&r.place, ',')) {
        return UNUSUAL;
    }
    skip_blanks(&r.place);
    struct telling telling = {
        .record = {OTHER, (size_t)(r.place.at - body), 0, ABSENT, {0}, {0}, {0}, {0},
                   ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT},
    };
    if (!read_object(&r, read_part, &telling.record)) {
        return UNUSUAL;
    }
    *at = telling.record.end = (size_t)(r.place.at - body);
    if (telling.record.end - telling.record.start > MAX_RECORD) {
        return UNUSUAL;
    }
    telling.record.time_ms = time_of(telling.time);
    bool is_usual = r.is_usual && telling.record.request_id.size > 0 && telling.record.time_ms != ABSENT;
    telling.record.kind = is_usual ? kind_of(telling.type) : OTHER;
    *record = telling.record;
    return RECORD;
}

static bool is_same(struct text one, struct text other) {
    return one.size == other.size && memcmp(one.at, other.at, one.size) == 0;
}

static bool is_plain_success(const struct record *record) {
    return is(record->status, "success") && record->error_type.size == 0 && record->tenant_id.size == 0 &&
           record->duration_us != ABSENT;
}

bool is_served(const struct record *start, const struct record *done, const struct record *report) {
    return start->tenant_id.size == 0 && is_plain_success(done) && is_plain_success(report) &&
           is_same(start->request_id, done->request_id) && is_same(start->request_id, report->request_id) &&
           start->time_ms <= done->time_ms && done->time_ms <= report->time_ms &&
           start->time_ms / MINUTE_MS == report->time_ms / MINUTE_MS &&
           report->init_us == ABSENT && report->restore_us == ABSENT;
}

bool is_plain(const struct record *record, int64_t minute) {
    if (record->time_ms / MINUTE_MS != minute || record->kind == OTHER) {
        return false;
    }
    return record->kind == START ? record->tenant_id.size == 0
                                 : is_plain_success(record) && record->init_us == ABSENT && record->restore_us == ABSENT;
}

static bool read_event(struct reading *r, struct text name, struct record *record) {
    struct telling *telling = (struct telling *)record;
    if (is(name, "eventType")) {
        return want_text(r, &telling->type);
    } else if (is(name, "requestId")) {
        return want_text(r, &record->request_id);
    }
    return skip_value(&r->place, 1);
}

struct text read_invoke(const char *body, size_t size) {
    struct reading r = {{body, body + size}, true};
    struct telling telling = {.type = {0}};
    struct text nothing = {0};
    bool is_whole = size <= MAX_RECORD && read_object(&r, read_event, &telling.record);
    skip_blanks(&r.place);
    is_whole = is_whole && r.is_usual && r.place.at == r.place.end && is(telling.type, "INVOKE");
    return is_whole ? telling.record.request_id : nothing;
}
