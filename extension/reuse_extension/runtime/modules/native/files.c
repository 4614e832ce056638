// Files as this process may touch them: it runs in other people's /tmp. Nothing is waited for (a FIFO
// without a writer), nothing but a regular file is read or written, and no link is followed to write.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "native.h"

#define MAX_UNKNOWN_SIZE 4096
#define MAX_PIECES 4
#define MAX_BLANKS (2 * 4096)

// The file number of a regular file, or -1.
static int open_regular(const char *path, int flags, struct stat *found) {
    int file = open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (file >= 0 && (fstat(file, found) != 0 || !S_ISREG(found->st_mode))) {
        close(file);
        return -1;
    }
    return file;
}

// Writes the pieces, and blanks after them up to this size, all in one call: such a write is not cut off
// between two of them when the process is killed.
static bool write_pieces(int file, mp_obj_t pieces_object, size_t size) {
    struct iovec parts[MAX_PIECES + 1];
    char blanks[MAX_BLANKS];
    size_t count, length, used = 0;
    mp_obj_t *pieces;
    mp_obj_get_array(pieces_object, &count, &pieces);
    if (count > MAX_PIECES) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        parts[i].iov_base = (void *)mp_obj_str_get_data(pieces[i], &length);
        parts[i].iov_len = length;
        used += length;
    }
    size_t more = size > used ? size - used : 0;
    if (more > MAX_BLANKS) {
        return false;
    }
    memset(blanks, ' ', more);
    parts[count] = (struct iovec){blanks, more};
    return writev(file, parts, (int)count + 1) == (ssize_t)(used + more);
}

// read_file(path, most, follows_links) -> the first `most` bytes, or None.
static mp_obj_t read_file(mp_obj_t path, mp_obj_t most_object, mp_obj_t follows) {
    struct stat found;
    int file = open_regular(mp_obj_str_get_str(path), O_RDONLY | (mp_obj_is_true(follows) ? 0 : O_NOFOLLOW), &found);
    if (file < 0) {
        return mp_const_none;
    }
    size_t most = (size_t)mp_obj_get_int(most_object);
    // Files in /proc say that they are empty.
    size_t size = found.st_size > 0 ? (size_t)found.st_size : MAX_UNKNOWN_SIZE;
    size = size < most ? size : most;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        close(file);
        nlr_jump(nlr.ret_val);
    }
    vstr_t data;
    vstr_init_len(&data, size);
    ssize_t got, have = 0;
    while ((size_t)have < size && (got = read(file, data.buf + have, size - (size_t)have)) > 0) {
        have += got;
    }
    data.len = (size_t)have;
    mp_obj_t read = mp_obj_new_bytes_from_vstr(&data);
    nlr_pop();
    close(file);
    return read;
}
MP_DEFINE_CONST_FUN_OBJ_3(native_read_file_obj, read_file);

// write_new(path, pieces, size) -> whether a new file at this path holds all pieces, and blanks after them
// up to this size.
static mp_obj_t write_new(mp_obj_t path_object, mp_obj_t pieces, mp_obj_t size) {
    const char *path = mp_obj_str_get_str(path_object);
    unlink(path);
    struct stat found;
    int file = open_regular(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, &found);
    if (file < 0) {
        return mp_const_false;
    }
    bool is_whole = write_pieces(file, pieces, (size_t)mp_obj_get_int(size));
    is_whole = close(file) == 0 && is_whole;
    if (!is_whole) {
        unlink(path);
    }
    return mp_obj_new_bool(is_whole);
}
MP_DEFINE_CONST_FUN_OBJ_3(native_write_new_obj, write_new);

// write_over(path, pieces, size) -> whether the same are a file's first bytes now; it does not grow.
static mp_obj_t write_over(mp_obj_t path, mp_obj_t pieces, mp_obj_t size_object) {
    size_t size = (size_t)mp_obj_get_int(size_object);
    struct stat found;
    int file = open_regular(mp_obj_str_get_str(path), O_WRONLY | O_NOFOLLOW, &found);
    if (file < 0) {
        return mp_const_false;
    }
    bool is_whole = (size_t)found.st_size >= size && write_pieces(file, pieces, size);
    return mp_obj_new_bool(close(file) == 0 && is_whole);
}
MP_DEFINE_CONST_FUN_OBJ_3(native_write_over_obj, write_over);

// crc32(data) -> as zlib's.
static mp_obj_t crc32(mp_obj_t data_object) {
    size_t size;
    const unsigned char *data = (const unsigned char *)mp_obj_str_get_data(data_object, &size);
    uint32_t crc = 0xffffffff;
    static const uint32_t by_nibble[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    for (size_t i = 0; i < size; i++) {
        crc = by_nibble[(crc ^ data[i]) & 15] ^ (crc >> 4);
        crc = by_nibble[(crc ^ (data[i] >> 4)) & 15] ^ (crc >> 4);
    }
    return mp_obj_new_int_from_uint(crc ^ 0xffffffff);
}
MP_DEFINE_CONST_FUN_OBJ_1(native_crc32_obj, crc32);
