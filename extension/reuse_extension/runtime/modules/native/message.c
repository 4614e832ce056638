// See reader.h: the head of an HTTP message.

#include "reader.h"

#include <string.h>
#include <strings.h>

#define MAX_HEAD 4096

static bool begins(const char *line, size_t size, const char *start) {
    return size >= strlen(start) && strncasecmp(line, start, strlen(start)) == 0;
}

// The size of the body that a header promises, -1 for another header, -2 for what is left to Python.
static int64_t length_of(const char *line, size_t size) {
    if (begins(line, size, "transfer-encoding") || begins(line, size, "connection") ||
        begins(line, size, "expect")) {
        return -2;
    }
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || colon == line || colon[-1] == ' ' || colon[-1] == '\t' || *line == ' ' || *line == '\t') {
        return -2;
    }
    if (!begins(line, size, "content-length:")) {
        return -1;
    }
    const char *at = colon + 1, *end = line + size;
    while (at < end && *at == ' ') {
        at++;
    }
    int64_t length = 0;
    const char *digits = at;
    for (; at < end && *at >= '0' && *at <= '9' && at - digits < 9; at++) {
        length = length * 10 + (*at - '0');
    }
    return at == end && at > digits ? length : -2;
}

size_t read_message(const char *data, size_t size, bool is_response) {
    const char *start = is_response ? "HTTP/1.1 200 " : "POST / HTTP/1.1\r\n";
    if (size < strlen(start) || memcmp(data, start, strlen(start)) != 0) {
        return 0;
    }
    const char *end = data + (size < MAX_HEAD ? size : MAX_HEAD), *line = memchr(data, '\n', (size_t)(end - data));
    int64_t length = -1;
    while (line != NULL && ++line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        if (line[-2] != '\r' || next == NULL) {
            return 0;
        }
        if (next == line + 1 && *line == '\r') {
            size_t head = (size_t)(next + 1 - data);
            return length >= 0 && (size_t)length == size - head ? head : 0;
        }
        if (next[-1] != '\r' || memchr(line, '\r', (size_t)(next - line)) != next - 1) {
            return 0;
        }
        int64_t found = length_of(line, (size_t)(next - 1 - line));
        if (found == -2 || (found >= 0 && length >= 0)) {
            return 0;
        }
        length = found >= 0 ? found : length;
        line = next;
    }
    return 0;
}
