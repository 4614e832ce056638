// The functions of the module `native`, one file a matter.

#include "py/obj.h"
#include "py/runtime.h"

MP_DECLARE_CONST_FUN_OBJ_3(native_read_file_obj);
MP_DECLARE_CONST_FUN_OBJ_3(native_write_new_obj);
MP_DECLARE_CONST_FUN_OBJ_3(native_write_over_obj);
MP_DECLARE_CONST_FUN_OBJ_1(native_crc32_obj);
MP_DECLARE_CONST_FUN_OBJ_2(native_write_if_room_obj);
MP_DECLARE_CONST_FUN_OBJ_2(native_find_piece_obj);
MP_DECLARE_CONST_FUN_OBJ_2(native_read_batch_obj);
MP_DECLARE_CONST_FUN_OBJ_1(native_read_invoke_obj);
MP_DECLARE_CONST_FUN_OBJ_3(native_read_message_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(native_hold_obj);

// The wall clock, epoch milliseconds.
mp_int_t wall_clock_ms(void);

// Adds the events of a usual batch to a list; whether it is one. `makers`: as of read_batch. `minute`: the
// one that all must be plain for, as in reader.h, or -1 for any.
bool add_events(const char *body, size_t size, const mp_obj_t *makers, mp_obj_t events, mp_int_t minute);
