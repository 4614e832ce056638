// What a function's container does nearly all of its time, without an interpreter: INVOKE is answered by
// the next `next`, and telemetry of invocations that succeed by 200. What it says is kept for later.

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "native.h"
#include "py/objstr.h"
#include "reader.h"

#define MAX_FILES 32
#define INVOKE 5 // the place of its maker
#define BROKEN (-1)

enum { API, TELEMETRY };

static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

static bool send_all(int file, const char *data, size_t size) {
    return send(file, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}

static mp_obj_t received(int place, ssize_t size) {
    mp_obj_t pair[] = {MP_OBJ_NEW_SMALL_INT(place), MP_OBJ_NEW_SMALL_INT(size)};
    return mp_obj_new_tuple(2, pair);
}

// As add_events; a failure, which is want of memory, is left to whoever reads the batch then.
static bool add_plain(const char *body, size_t size, const mp_obj_t *makers, mp_obj_t events, mp_int_t minute) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return false;
    }
    bool is_plain = add_events(body, size, makers, events, minute);
    nlr_pop();
    return is_plain;
}

// hold(files, next, buffer, makers, held, most, invoke_minute, telemetry_minute) -> None, or (0 or 1, size).
//
// `files`: the file numbers of the connection to the API, of that to telemetry's sender, and of others to
// wait for. `next`: that request. `makers`: as of read_batch. Until `held` has `most` events, and while only
// such things come as no record is due for, in these epoch minutes, their events are added to `held`. None:
// the time has come for other files or for `held`. Else so many bytes, which are something else, have come
// into `buffer` from the API (0) or from telemetry's sender (1); none at the end of the connection, and -1
// where what was received is done and could not be answered.
static mp_obj_t hold(size_t count, const mp_obj_t *arguments) {
    struct pollfd waits[MAX_FILES];
    size_t files_count, next_size, makers_count, held_count;
    mp_obj_t *files, *makers, *events;
    mp_obj_get_array(arguments[0], &files_count, &files);
    const char *next = mp_obj_str_get_data(arguments[1], &next_size);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(arguments[2], &buffer, MP_BUFFER_WRITE);
    mp_obj_get_array(arguments[3], &makers_count, &makers);
    mp_obj_t held = arguments[4];
    size_t most = (size_t)mp_obj_get_int(arguments[5]);
    mp_int_t invoke_minute = mp_obj_get_int(arguments[6]), telemetry_minute = mp_obj_get_int(arguments[7]);
    if (files_count > MAX_FILES) {
        return mp_const_none;
    }
    for (size_t i = 0; i < files_count; i++) {
        waits[i] = (struct pollfd){.fd = (int)mp_obj_get_int(files[i]), .events = POLLIN};
    }
    for (;;) {
        mp_obj_get_array(held, &held_count, &events);
        if (held_count >= most || poll(waits, files_count, -1) < 0) {
            return mp_const_none;
        }
        for (size_t i = TELEMETRY + 1; i < files_count; i++) {
            if (waits[i].revents != 0) {
                return mp_const_none;
            }
        }
        int place = waits[API].revents != 0 ? API : TELEMETRY; // an INVOKE before a waiting batch
        ssize_t size = recv(waits[place].fd, buffer.buf, buffer.len, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        size_t at = size <= 0 ? 0 : read_message(buffer.buf, (size_t)size, place == API);
        if (at == 0) {
            return received(place, size < 0 ? 0 : size);
        }
        const char *body = (const char *)buffer.buf + at;
        size_t body_size = (size_t)size - at;
        if (place == TELEMETRY) {
            if (!add_plain(body, body_size, makers, held, telemetry_minute)) {
                mp_obj_list_set_len(held, held_count);
                return received(place, size);
            }
            if (!send_all(waits[place].fd, ok, sizeof(ok) - 1)) {
                return received(place, BROKEN);
            }
            continue;
        }
        struct text id = read_invoke(body, body_size);
        mp_int_t now_ms = wall_clock_ms();
        if (id.size == 0 || now_ms / MINUTE_MS != invoke_minute) {
            return received(place, size);
        }
        bool is_asked = send_all(waits[place].fd, next, next_size);
        mp_obj_t fields[] = {mp_obj_new_int(now_ms), mp_obj_new_str_copy(&mp_type_str, (const byte *)id.at, id.size)};
        mp_obj_list_append(held, mp_call_function_n_kw(makers[INVOKE], 2, 0, fields));
        if (!is_asked) {
            return received(place, BROKEN);
        }
    }
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(native_hold_obj, 8, 8, hold);
