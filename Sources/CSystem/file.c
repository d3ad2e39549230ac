// Files: what a journal's storage needs.
#define _GNU_SOURCE
#include "csystem.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int32_t csystem_file_open(const char *path, int32_t create) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0644);
    return descriptor < 0 ? -errno : descriptor;
}

int32_t csystem_file_open_read_only(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

int64_t csystem_file_read(int32_t descriptor, void *bytes, size_t count, int64_t offset) {
    size_t done = 0;
    while (done < count) {
        ssize_t r = pread(descriptor, (char *)bytes + done, count - done, offset + (int64_t)done);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return -errno;
        if (r == 0) break;
        done += (size_t)r;
    }
    return (int64_t)done;
}

int32_t csystem_file_write(int32_t descriptor, const void *bytes, size_t count, int64_t offset) {
    size_t done = 0;
    while (done < count) {
        ssize_t r = pwrite(descriptor, (const char *)bytes + done, count - done, offset + (int64_t)done);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return -errno;
        done += (size_t)r;
    }
    return 0;
}

int32_t csystem_file_sync(int32_t descriptor) {
    int r;
    do r = fsync(descriptor);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

int32_t csystem_file_truncate(int32_t descriptor, int64_t size) {
    int r;
    do r = ftruncate(descriptor, size);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : 0;
}

int64_t csystem_file_size(int32_t descriptor) {
    struct stat status;
    return fstat(descriptor, &status) < 0 ? -errno : status.st_size;
}
