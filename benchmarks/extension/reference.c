// The limit: an extension in C that does what every extension with telemetry must, and no more.
//
// It registers, subscribes, asks `next`, answers every batch with 200 and ends at SHUTDOWN. It
// reads no JSON, keeps nothing and writes nothing.
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char identifier[64], host[64];
static char buffer[1 << 16];

static void ask(int api, const char *start, const char *headers, const char *body) {
    char request[1024];
    int length = snprintf(request, sizeof request,
        "%s HTTP/1.1\r\nHost: %s\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", start, host,
        *identifier ? "Lambda-Extension-Identifier: " : "", identifier, headers, strlen(body), body);
    if (write(api, request, (size_t)length) != length) {
        exit(1);
    }
}

// Reads one message; the head and as much of the body as fits are in `buffer`.
static int take(int connection) {
    size_t have = 0, length = 0;
    char *body = NULL;
    while (body == NULL || have < (size_t)(body - buffer) + length) {
        if (have == sizeof buffer - 1) {  // only the count matters beyond here
            length -= have - (size_t)(body - buffer);
            have = (size_t)(body - buffer);
        }
        ssize_t got = read(connection, buffer + have, sizeof buffer - 1 - have);
        if (got <= 0) {
            return 0;
        }
        have += (size_t)got;
        buffer[have] = 0;
        if (body == NULL && (body = strstr(buffer, "\r\n\r\n")) != NULL) {
            body += 4;
            char *header = strcasestr(buffer, "content-length:");
            length = header != NULL ? strtoul(header + 15, NULL, 10) : 0;
        }
    }
    return 1;
}

int main(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    strncpy(host, getenv("AWS_LAMBDA_RUNTIME_API"), sizeof host - 1);
    char *colon = strchr(host, ':');
    *colon = 0;
    address.sin_addr.s_addr = inet_addr(host);
    address.sin_port = htons((unsigned short)atoi(colon + 1));
    *colon = ':';
    int api = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(api, (struct sockaddr *)&address, sizeof address) != 0) {
        return 1;
    }

    ask(api, "POST /2020-01-01/extension/register",
        "Lambda-Extension-Name: reference\r\nContent-Type: application/json\r\n",
        "{\"events\":[\"INVOKE\",\"SHUTDOWN\"]}");
    take(api);
    char *found = strcasestr(buffer, "lambda-extension-identifier:");
    sscanf(found + 28, " %40[^\r]", identifier);
    strcat(identifier, "\r\n");

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = INADDR_ANY;
    address.sin_port = 0;
    bind(listener, (struct sockaddr *)&address, size);
    listen(listener, 16);
    getsockname(listener, (struct sockaddr *)&address, &size);
    char body[512];
    snprintf(body, sizeof body,
        "{\"schemaVersion\":\"2025-01-29\",\"types\":[\"platform\"],\"buffering\":{\"maxItems\":1000,"
        "\"maxBytes\":262144,\"timeoutMs\":1000},\"destination\":{\"protocol\":\"HTTP\",\"URI\":"
        "\"http://sandbox.localdomain:%d/\"}}", ntohs(address.sin_port));
    ask(api, "PUT /2022-07-01/telemetry", "Content-Type: application/json\r\n", body);
    take(api);
    ask(api, "GET /2020-01-01/extension/event/next", "", "");

    struct pollfd watched[3] = {{api, POLLIN, 0}, {listener, POLLIN, 0}, {-1, POLLIN, 0}};
    for (;;) {
        poll(watched, 3, -1);
        if (watched[0].revents) {
            if (!take(api) || strstr(buffer, "SHUTDOWN")) {
                return 0;
            }
            ask(api, "GET /2020-01-01/extension/event/next", "", "");
        }
        if (watched[1].revents) {
            close(watched[2].fd);
            watched[2].fd = accept(listener, NULL, NULL);
        }
        if (watched[2].fd >= 0 && watched[2].revents) {
            static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            if (!take(watched[2].fd) || write(watched[2].fd, ok, sizeof ok - 1) < 0) {
                close(watched[2].fd);
                watched[2].fd = -1;
            }
        }
    }
}
