// The machine's watchdog, the last layer.
#include "clinuxboard.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int32_t failed(void) { return errno > 0 ? -errno : -EIO; }

clinuxboard_watchdog clinuxboard_watchdog_open(const char *path, int32_t seconds) {
    clinuxboard_watchdog watchdog = {.descriptor = open(path, O_RDWR | O_CLOEXEC)};
    if (watchdog.descriptor < 0) {
        watchdog.descriptor = failed();
        return watchdog;
    }
    int status = 0, granted = 0;
    if (ioctl(watchdog.descriptor, WDIOC_GETBOOTSTATUS, &status) == 0) watchdog.boot_status = (uint32_t)status;
    // A driver whose time cannot be set has one all the same: what counts is what it says afterwards.
    (void)ioctl(watchdog.descriptor, WDIOC_SETTIMEOUT, &seconds);
    if (ioctl(watchdog.descriptor, WDIOC_GETTIMEOUT, &granted) == 0) watchdog.seconds = granted;
    return watchdog;
}

int32_t clinuxboard_watchdog_pet(int32_t descriptor) { return ioctl(descriptor, WDIOC_KEEPALIVE, 0) < 0 ? failed() : 0; }

int32_t clinuxboard_watchdog_end(int32_t descriptor) {
    int32_t result = write(descriptor, "V", 1) == 1 ? 0 : failed();
    return close(descriptor) < 0 && result == 0 ? failed() : result;
}
