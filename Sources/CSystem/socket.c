// Sockets of this machine's own programs: local ones, and TCP on the loopback address. Nothing here reaches another machine.
#define _GNU_SOURCE
#include "csystem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// More than ever wait: what finds no channel is told so and let go.
enum { BACKLOG = 8 };

static int32_t failed(int descriptor) {
    int32_t result = -errno;
    if (descriptor >= 0) close(descriptor);
    return result;
}

static int32_t address_of(const char *path, struct sockaddr_un *address) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) return -ENAMETOOLONG;
    memcpy(address->sun_path, path, length);
    return 0;
}

// A socket that nobody listens on any more was left by a process that ended; anything else stays.
static int32_t remove_stale(const char *path, const struct sockaddr_un *address) {
    struct stat there;
    if (lstat(path, &there) < 0) return errno == ENOENT ? 0 : -errno;
    if (!S_ISSOCK(there.st_mode)) return -EEXIST;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return -errno;
    int refused = connect(probe, (const struct sockaddr *)address, sizeof *address) < 0 && errno == ECONNREFUSED;
    close(probe);
    if (!refused) return -EADDRINUSE;
    return unlink(path) < 0 ? -errno : 0;
}

// Who may connect is who may write the socket: its owner, and the group of the folder that it lies in.
static int32_t open_to_group(const char *path) {
    char folder[sizeof((struct sockaddr_un *)0)->sun_path];
    strcpy(folder, path);
    char *slash = strrchr(folder, '/');
    if (slash == folder) slash++;
    if (slash) *slash = 0;
    struct stat around;
    if (stat(slash ? folder : ".", &around) < 0) return -errno;
    if (chown(path, (uid_t)-1, around.st_gid) < 0 && errno != EPERM) return -errno;
    return chmod(path, 0660) < 0 ? -errno : 0;
}

int32_t csystem_listen_local(const char *path) {
    struct sockaddr_un address;
    int32_t result = address_of(path, &address);
    if (result == 0) result = remove_stale(path, &address);
    if (result < 0) return result;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -errno;
    // Closed to everybody until its group is right.
    mode_t mask = umask(0177);
    int bound = bind(listener, (const struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (bound < 0) return failed(listener);
    result = open_to_group(path);
    if (result == 0 && listen(listener, BACKLOG) == 0) return listener;
    if (result == 0) result = -errno;
    unlink(path);
    close(listener);
    return result;
}

int32_t csystem_listen_loopback(int32_t port) {
    if (port < 1 || port > 65535) return -EINVAL;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0) return -errno;
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Accepted sockets take TCP_NODELAY over: a console that is confined cannot set it.
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0
        || bind(listener, (const struct sockaddr *)&address, sizeof address) < 0 || listen(listener, BACKLOG) < 0)
        return failed(listener);
    return listener;
}

int32_t csystem_accept(int32_t listener) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return client < 0 ? -errno : client;
}

int32_t csystem_socket_remove(const char *path) {
    struct stat there;
    if (lstat(path, &there) < 0 || !S_ISSOCK(there.st_mode)) return 0;
    return unlink(path) < 0 ? -errno : 0;
}
