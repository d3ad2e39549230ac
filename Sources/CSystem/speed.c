// The speed of a serial device.
#include "csystem.h"

#include <termios.h>

int32_t csystem_terminal_9600(int32_t descriptor) {
    struct termios settings;
    if (tcgetattr(descriptor, &settings) < 0) return -errno;
    settings.c_cflag = (settings.c_cflag & ~(tcflag_t)(CSIZE | PARENB | CSTOPB)) | CS8;
    cfsetispeed(&settings, B9600);
    cfsetospeed(&settings, B9600);
    return tcsetattr(descriptor, TCSANOW, &settings) < 0 ? -errno : 0;
}
