// The executable's main: runs the frozen extension and nothing else.
//
// It stands in the place of MicroPython's own main for Unix, which reads options, environment
// variables and modules from the current folder. This process lives in other people's functions:
// what lies in their folders or environment must not change what it does. So there is no option, no
// prompt and no compiler, and modules come from inside the executable alone.

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "extmod/vfs.h"
#include "extmod/vfs_posix.h"
#include "py/builtin.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/objmodule.h"
#include "py/runtime.h"

#define MODULE "reuse_extension.__main__"

// A fresh process lives in the first heap. A large batch makes the heap grow in further pieces.
#define FIRST_HEAP (256 * 1024)
#define MAX_PIECE ((size_t)64 << 20)
// Garbage is collected after so many bytes of it, long before the heap is full: collecting is cheap
// where little lives, and what was never touched is never resident.
#define COLLECT_AFTER (152 * 1024)
// What is loaded at the start lives on: the first collection comes when much else may have been used.
#define COLLECT_FIRST_AFTER (232 * 1024)
#define STACK (256 * 1024)
#define UNCAUGHT 1

// The port's file objects and printers refer to these two.
long heap_size = FIRST_HEAP;

static void write_to_stderr(void *unused, const char *text, size_t length) {
    (void)unused;
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0) {
            return;
        }
        text += written;
        length -= (size_t)written;
    }
}

const mp_print_t mp_stderr_print = {NULL, write_to_stderr};

size_t gc_get_max_new_split(void) {
    return MAX_PIECE;
}

void nlr_jump_fail(void *exception) {
    (void)exception;
    abort();
}

void gc_collect_done(void);

void gc_collect_done(void) {
    MP_STATE_MEM(gc_alloc_threshold) = COLLECT_AFTER / MICROPY_BYTES_PER_GC_BLOCK;
}

static void mount_files(void) {
    mp_obj_t posix = MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_posix, make_new)(&mp_type_vfs_posix, 0, 0, NULL);
    mp_obj_t where[2] = {posix, MP_OBJ_NEW_QSTR(MP_QSTR__slash_)};
    mp_vfs_mount(2, where, (mp_map_t *)&mp_const_empty_map);
    MP_STATE_VM(vfs_cur) = MP_STATE_VM(vfs_mount_table);
}

static void set_arguments(int count, char **arguments) {
    mp_sys_path = mp_obj_new_list(0, NULL);
    mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__dot_frozen));
    mp_obj_list_init(MP_OBJ_TO_PTR(mp_sys_argv), 0);
    for (int i = 0; i < count; i++) {
        mp_obj_list_append(mp_sys_argv, mp_obj_new_str_from_cstr(arguments[i]));
    }
}

static int code_of(mp_obj_t exception) {
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        mp_obj_t value = mp_obj_exception_get_value(exception);
        mp_int_t code;
        return value == mp_const_none ? 0 : mp_obj_get_int_maybe(value, &code) ? (int)code : UNCAUGHT;
    }
    mp_obj_print_exception(&mp_stderr_print, exception);
    return UNCAUGHT;
}

static int run(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        return code_of(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    mp_obj_t arguments[4] = {mp_obj_new_str_from_cstr(MODULE), mp_const_none, mp_const_none, mp_const_true};
    mp_builtin___import__(MP_ARRAY_SIZE(arguments), arguments);
    nlr_pop();
    return 0;
}

MP_NOINLINE static int live(int count, char **arguments) {
    // In one piece, instead of one page fault after the other.
    char *heap = mmap(NULL, FIRST_HEAP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (heap == MAP_FAILED) {
        abort();
    }
    gc_init(heap, heap + FIRST_HEAP);
    MP_STATE_MEM(gc_alloc_threshold) = COLLECT_FIRST_AFTER / MICROPY_BYTES_PER_GC_BLOCK;
    mp_init();
    mount_files();
    set_arguments(count, arguments);
    return run();
}

int main(int count, char **arguments) {
    mp_cstack_init_with_sp_here(STACK);
    signal(SIGPIPE, SIG_IGN);  // a peer that has gone is an error of one write, not the end
    // Only SHUTDOWN ends this process: before it, its end would be a crash of the function.
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    return live(count, arguments);
}
