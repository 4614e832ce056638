// Writes to stdout and stderr that never wait for a reader.
//
// The descriptor may be shared with the function, so it is not made non-blocking, and a line must not
// be torn by what others write. A pipe is opened once more for each write, which gives a description
// of our own, and is written to when there is room for the whole.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

#define NO_ROOM 0
#define NOBODY (-1)
#define NEVER (-2)
#define PAGE 4096

static bool is_writable(int file) {
    struct pollfd waits = {.fd = file, .events = POLLOUT};
    return poll(&waits, 1, 0) == 1 && (waits.revents & (POLLOUT | POLLERR)) != 0;
}

// Whether a pipe has room for so many bytes: more than PIPE_BUF are written whole only then. A pipe
// holds pages. Of two that follow each other at least one page's worth is filled, so that what is
// unread lies in twice its pages at most, and one more that is read in part.
static int room_in(int pipe, size_t size) {
    int unread = 0, capacity = fcntl(pipe, F_GETPIPE_SZ);
    if (capacity < 0 || ioctl(pipe, FIONREAD, &unread) != 0) {
        return NO_ROOM;
    }
    size_t used = unread == 0 ? 0 : 2 * ((size_t)unread / PAGE) + 3;
    if ((size + PAGE - 1) / PAGE > (size_t)capacity / PAGE) {
        return NEVER;
    }
    return used + (size + PAGE - 1) / PAGE <= (size_t)capacity / PAGE;
}

static ssize_t write_to_pipe(int file, const char *data, size_t size) {
    int room = size <= PIPE_BUF ? is_writable(file) : room_in(file, size);
    if (room != 1) {
        return room;
    }
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (own < 0 && errno == ENXIO) {
        return NOBODY;
    }
    ssize_t written = write(own < 0 ? file : own, data, size);
    written = written < 0 ? (errno == EAGAIN ? NO_ROOM : NOBODY) : written;
    if (own >= 0) {
        close(own);
    }
    return written;
}

static ssize_t write_to_socket(int file, const char *data, size_t size) {
    ssize_t written = is_writable(file) ? send(file, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) : NO_ROOM;
    return written >= 0 ? written : errno == EAGAIN ? NO_ROOM : NOBODY;
}

// write_if_room(file_number, data) -> bytes written: all, or 0 where there is no room for all of them
// now; -1 where nobody reads, -2 where there will never be room. In a race with another writer, and on
// a full disk, a part.
static mp_obj_t write_if_room(mp_obj_t file_number, mp_obj_t data_object) {
    int file = (int)mp_obj_get_int(file_number);
    size_t size;
    const char *data = mp_obj_str_get_data(data_object, &size);
    struct stat found;
    ssize_t written;
    if (fstat(file, &found) != 0) {
        written = NOBODY;
    } else if (S_ISFIFO(found.st_mode)) {
        written = write_to_pipe(file, data, size);
    } else if (S_ISSOCK(found.st_mode)) {
        written = write_to_socket(file, data, size);
    } else if (!is_writable(file)) {
        written = NO_ROOM;
    } else {
        written = write(file, data, size);
    }
    return mp_obj_new_int(written);
}
MP_DEFINE_CONST_FUN_OBJ_2(native_write_if_room_obj, write_if_room);
