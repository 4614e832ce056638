// The next record in a telemetry batch: what core/batches.py does in find_piece, and why it does it so.

#include <string.h>

#include "native.h"

#define MAX_AT_ONCE (64 * 1024)
#define MAX_TEXTS 10000

// Where the text that begins here has its closing quote; the limit where it has none.
static size_t end_of_text(const char *body, size_t at, size_t limit) {
    while (at < limit && body[at] != '"') {
        at += body[at] == '\\' ? 2 : 1;
    }
    return at < limit ? at : limit;
}

// Where the next brace stands that is in no text; the size where there is none.
static size_t next_object(const char *body, size_t size, size_t at) {
    int texts = 0;
    while (at < size && body[at] != '{') {
        if (body[at] == '"' && texts < MAX_TEXTS) {
            at = end_of_text(body, at + 1, size);
            texts++;
        }
        at++;
    }
    return at < size ? at : size;
}

static mp_obj_t find_piece(mp_obj_t body_object, mp_obj_t at_object) {
    size_t size;
    const char *body = mp_obj_str_get_data(body_object, &size);
    size_t start = next_object(body, size, (size_t)mp_obj_get_int(at_object));
    mp_obj_t piece[2] = {MP_OBJ_NEW_SMALL_INT(-1), MP_OBJ_NEW_SMALL_INT(-1)};
    if (start < size) {
        size_t limit = size - start < MAX_AT_ONCE ? size : start + MAX_AT_ONCE;
        size_t at = start, depth = 0;
        do {
            if (body[at] == '"') {
                at = end_of_text(body, at + 1, limit);
            } else {
                depth += (body[at] == '{') - (body[at] == '}');
            }
            at++;
        } while (at < limit && depth > 0);
        piece[0] = MP_OBJ_NEW_SMALL_INT((mp_int_t)start);
        piece[1] = MP_OBJ_NEW_SMALL_INT(depth == 0 ? (mp_int_t)at : -(mp_int_t)limit);
    }
    return mp_obj_new_tuple(2, piece);
}
MP_DEFINE_CONST_FUN_OBJ_2(native_find_piece_obj, find_piece);
