// What MicroPython for Unix lacks, in small functions without a state of their own.

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "native.h"

// port_of(file_number) -> the port that a socket was bound to. The listener asks for any free one, and
// Lambda must know which it is.
static mp_obj_t port_of(mp_obj_t file_number) {
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    if (getsockname(mp_obj_get_int(file_number), (struct sockaddr *)&address, &size) != 0) {
        mp_raise_OSError(errno);
    }
    return mp_obj_new_int(ntohs(address.sin_port));
}
static MP_DEFINE_CONST_FUN_OBJ_1(port_of_obj, port_of);

mp_int_t wall_clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (mp_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// now_ms() -> the wall clock, epoch milliseconds, as a small integer: those of nanoseconds, and of
// mp_obj_new_int_from_ll, are long ones on the heap, and so is whatever is computed from them.
static mp_obj_t now_ms(void) {
    return mp_obj_new_int(wall_clock_ms());
}
static MP_DEFINE_CONST_FUN_OBJ_0(now_ms_obj, now_ms);

static const mp_rom_map_elem_t members[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_native)},
    {MP_ROM_QSTR(MP_QSTR_now_ms), MP_ROM_PTR(&now_ms_obj)},
    {MP_ROM_QSTR(MP_QSTR_port_of), MP_ROM_PTR(&port_of_obj)},
    {MP_ROM_QSTR(MP_QSTR_read_file), MP_ROM_PTR(&native_read_file_obj)},
    {MP_ROM_QSTR(MP_QSTR_write_new), MP_ROM_PTR(&native_write_new_obj)},
    {MP_ROM_QSTR(MP_QSTR_write_over), MP_ROM_PTR(&native_write_over_obj)},
    {MP_ROM_QSTR(MP_QSTR_crc32), MP_ROM_PTR(&native_crc32_obj)},
    {MP_ROM_QSTR(MP_QSTR_find_piece), MP_ROM_PTR(&native_find_piece_obj)},
    {MP_ROM_QSTR(MP_QSTR_read_batch), MP_ROM_PTR(&native_read_batch_obj)},
    {MP_ROM_QSTR(MP_QSTR_read_invoke), MP_ROM_PTR(&native_read_invoke_obj)},
    {MP_ROM_QSTR(MP_QSTR_read_message), MP_ROM_PTR(&native_read_message_obj)},
    {MP_ROM_QSTR(MP_QSTR_hold), MP_ROM_PTR(&native_hold_obj)},
    {MP_ROM_QSTR(MP_QSTR_write_if_room), MP_ROM_PTR(&native_write_if_room_obj)},
};
static MP_DEFINE_CONST_DICT(globals, members);

const mp_obj_module_t native_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR_native, native_module);
