// What reader.c reads, as Python's values.

#include "native.h"
#include "py/objstr.h"
#include "reader.h"

#define MAX_EVENTS 10000 // as in core/batches.py
#define SERVED (REPORT + 1) // the place of its maker

static mp_obj_t text_or_none(struct text text) {
    // A copy: to look first whether the executable has this text costs more than the copy.
    return text.size == 0 ? mp_const_none : mp_obj_new_str_copy(&mp_type_str, (const byte *)text.at, text.size);
}

static mp_obj_t number_or_none(int64_t number) {
    return number == ABSENT ? mp_const_none : mp_obj_new_int((mp_int_t)number);
}

static mp_obj_t event_of(const struct record *record, const char *body, const mp_obj_t *makers) {
    mp_obj_t time = number_or_none(record->time_ms);
    if (record->kind == OTHER) {
        mp_obj_t piece = mp_obj_new_bytes((const byte *)body + record->start, record->end - record->start);
        return mp_call_function_1(makers[OTHER], piece);
    }
    mp_obj_t id = text_or_none(record->request_id), tenant = text_or_none(record->tenant_id);
    mp_obj_t status = text_or_none(record->status), error = text_or_none(record->error_type);
    mp_obj_t duration = number_or_none(record->duration_us);
    if (record->kind == START) {
        mp_obj_t fields[] = {time, id, tenant};
        return mp_call_function_n_kw(makers[START], 3, 0, fields);
    }
    if (record->kind == RUNTIME_DONE) {
        mp_obj_t fields[] = {time, id, status, error, duration, tenant};
        return mp_call_function_n_kw(makers[RUNTIME_DONE], 6, 0, fields);
    }
    mp_obj_t fields[] = {
        time, id, status, error, duration,
        number_or_none(record->billed_ms), number_or_none(record->memory_size_mb),
        number_or_none(record->memory_used_mb), number_or_none(record->init_us),
        number_or_none(record->restore_us), tenant,
    };
    return mp_call_function_n_kw(makers[REPORT], 11, 0, fields);
}

static mp_obj_t served_of(const struct record *start, const struct record *done, const struct record *report,
                          mp_obj_t maker) {
    mp_obj_t fields[] = {
        number_or_none(start->time_ms), text_or_none(start->request_id),
        number_or_none(done->time_ms), number_or_none(report->time_ms),
        number_or_none(done->duration_us), number_or_none(report->duration_us),
        number_or_none(report->billed_ms), number_or_none(report->memory_size_mb),
        number_or_none(report->memory_used_mb),
    };
    return mp_call_function_n_kw(maker, 9, 0, fields);
}

bool add_events(const char *body, size_t size, const mp_obj_t *makers, mp_obj_t events, mp_int_t minute) {
    size_t at = 0, count = 0;
    struct record records[3]; // a start, the runtimeDone after it, and what comes then
    int found, waiting = 0;
    while ((found = read_record(body, size, &at, &records[waiting])) == RECORD && ++count <= MAX_EVENTS) {
        if (minute >= 0 && !is_plain(&records[waiting], minute)) {
            return false;
        }
        if (records[waiting].kind == (enum kind)(START + waiting) && ++waiting <= 2) {
            continue;
        }
        if (waiting == 3 && is_served(&records[0], &records[1], &records[2])) {
            mp_obj_list_append(events, served_of(&records[0], &records[1], &records[2], makers[SERVED]));
            waiting = 0;
            continue;
        }
        int last = waiting == 3 ? 2 : waiting; // the one that was read now
        for (int i = 0; i < last; i++) {
            mp_obj_list_append(events, event_of(&records[i], body, makers));
        }
        waiting = records[last].kind == START;
        if (waiting) {
            records[0] = records[last];
        } else {
            mp_obj_list_append(events, event_of(&records[last], body, makers));
        }
    }
    for (int i = 0; i < waiting; i++) {
        mp_obj_list_append(events, event_of(&records[i], body, makers));
    }
    return found == END && count > 0;
}

// read_batch(body, makers) -> the events of a usual batch, or None. `makers`: a function that reads the
// bytes of any other record, and the types of the events Start, RuntimeDone, Report, Served and Invoke.
static mp_obj_t read_batch(mp_obj_t body_object, mp_obj_t makers_object) {
    size_t size, makers_count;
    const char *body = mp_obj_str_get_data(body_object, &size);
    mp_obj_t *makers, events = mp_obj_new_list(0, NULL);
    mp_obj_get_array(makers_object, &makers_count, &makers);
    return add_events(body, size, makers, events, -1) ? events : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(native_read_batch_obj, read_batch);

// read_invoke(body) -> the request id of an INVOKE, or None.
static mp_obj_t read_invoke_id(mp_obj_t body_object) {
    size_t size;
    const char *body = mp_obj_str_get_data(body_object, &size);
    return text_or_none(read_invoke(body, size));
}
MP_DEFINE_CONST_FUN_OBJ_1(native_read_invoke_obj, read_invoke_id);

// read_message(buffer, size, is_response) -> the body of the whole message that the buffer begins with,
// or None.
static mp_obj_t read_whole_message(mp_obj_t buffer_object, mp_obj_t size_object, mp_obj_t is_response) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(buffer_object, &buffer, MP_BUFFER_READ);
    size_t size = (size_t)mp_obj_get_int(size_object);
    if (size > buffer.len) {
        return mp_const_none;
    }
    size_t body = read_message(buffer.buf, size, mp_obj_is_true(is_response));
    return body == 0 ? mp_const_none : mp_obj_new_bytes((const byte *)buffer.buf + body, size - body);
}
MP_DEFINE_CONST_FUN_OBJ_3(native_read_message_obj, read_whole_message);
