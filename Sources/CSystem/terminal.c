// Signals, terminals and pseudo-terminals.
#define _GNU_SOURCE
#include "csystem.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t noted_signal;

static void note(int number) { noted_signal = number; }

int32_t csystem_catch_signals(void) {
    // No SA_RESTART: a poll under way returns, and its caller looks.
    struct sigaction noted = {.sa_handler = note}, ignored = {.sa_handler = SIG_IGN};
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], &noted, NULL) < 0) return -errno;
    return sigaction(SIGPIPE, &ignored, NULL) < 0 ? -errno : 0;
}

int32_t csystem_signal(void) { return noted_signal; }

int32_t csystem_is_terminal(int32_t descriptor) { return isatty(descriptor); }

static struct termios kept;
static volatile sig_atomic_t raw_descriptor = -1;

static void restore_at_exit(void) { csystem_terminal_restore(); }

static void restore_at_fault(int number) {
    csystem_terminal_restore();
    raise(number);  // SA_RESETHAND: this time it kills
}

static int32_t make_raw(int32_t descriptor, struct termios *settings, int marked) {
    if (tcgetattr(descriptor, settings) < 0) return -errno;
    struct termios raw = *settings;
    cfmakeraw(&raw);
    if (marked) raw.c_iflag = (raw.c_iflag & ~(tcflag_t)IGNPAR) | INPCK | PARMRK;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(descriptor, TCSADRAIN, &raw) < 0 ? -errno : 0;
}

int32_t csystem_terminal_raw(int32_t descriptor) {
    static int registered;
    if (raw_descriptor >= 0) return -EBUSY;
    int32_t result = make_raw(descriptor, &kept, 1);
    if (result < 0) return result;
    raw_descriptor = descriptor;
    if (registered) return 0;
    registered = 1;
    atexit(restore_at_exit);
    struct sigaction fault = {.sa_handler = restore_at_fault, .sa_flags = (int)SA_RESETHAND};
    const int numbers[] = {SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGQUIT};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &fault, NULL);
    return 0;
}

int32_t csystem_terminal_restore(void) {
    if (raw_descriptor < 0) return 0;
    int result = tcsetattr(raw_descriptor, TCSANOW, &kept);  // not DRAIN: nothing may hold up the end of the process
    raw_descriptor = -1;
    return result < 0 ? -errno : 0;
}

// The name that termios has for a rate; B0 for one that it has not.
static speed_t named(uint32_t baud) {
    static const struct {
        uint32_t baud;
        speed_t name;
    } rates[] = {
        {9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},   {115200, B115200},   {230400, B230400},
        {460800, B460800}, {500000, B500000}, {576000, B576000}, {921600, B921600}, {1000000, B1000000},
    };
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        if (rates[i].baud == baud) return rates[i].name;
    return B0;
}

int32_t csystem_terminal_rate(int32_t descriptor, uint32_t baud) {
    struct termios settings;
    if (named(baud) == B0) return -EINVAL;
    if (tcgetattr(descriptor, &settings) < 0) return -errno;
    settings.c_cflag = (settings.c_cflag & ~(tcflag_t)(CSIZE | PARENB | CSTOPB)) | CS8;
    if (cfsetspeed(&settings, named(baud)) < 0) return -errno;
    return tcsetattr(descriptor, TCSADRAIN, &settings) < 0 ? -errno : 0;
}

int32_t csystem_terminal_open(const char *path, uint32_t baud) {
    if (baud > 0 && named(baud) == B0) return -EINVAL;
    int descriptor = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct termios settings;
    int32_t result = make_raw(descriptor, &settings, 1);
    if (result == 0 && tcgetattr(descriptor, &settings) == 0) {
        // A line whose carrier is there is hung up when the carrier goes; on three wires there is none to watch.
        int modem = 0;
        int carrier = ioctl(descriptor, TIOCMGET, &modem) == 0 && modem & TIOCM_CAR;
        settings.c_cflag = (settings.c_cflag & ~(tcflag_t)CLOCAL) | CREAD | (carrier ? 0 : CLOCAL);
        if (tcsetattr(descriptor, TCSANOW, &settings) < 0) result = -errno;
    }
    if (result == 0 && baud > 0) result = csystem_terminal_rate(descriptor, baud);
    if (result == 0) return descriptor;
    close(descriptor);
    return result;
}

int32_t csystem_terminal_is_three_wire(int32_t descriptor) {
    struct termios settings;
    int modem = 0;
    // A pseudo-terminal has no modem lines: it hangs up by itself.
    return tcgetattr(descriptor, &settings) == 0 && settings.c_cflag & CLOCAL && ioctl(descriptor, TIOCMGET, &modem) == 0;
}

// The client side must be raw before a client opens it, or the line discipline echoes the shell's output back to the shell.
// The settings stay when this descriptor is closed, as long as the master is open.
static int32_t make_client_raw(const char *path) {
    int client = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (client < 0) return -errno;
    struct termios settings;
    int32_t result = make_raw(client, &settings, 0);
    close(client);
    return result;
}

int32_t csystem_pty_open(char *path, size_t capacity) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) return -errno;
    int32_t result = 0;
    if (grantpt(master) < 0 || unlockpt(master) < 0) result = -errno;
    if (result == 0) result = -ptsname_r(master, path, capacity);
    if (result == 0) result = make_client_raw(path);
    if (result == 0) result = csystem_set_nonblocking(master);
    if (result == 0) return master;
    close(master);
    return result;
}

// Flushing the master's output would miss what has already reached the client side's line discipline: only a flush of that
// side's input takes both.
int32_t csystem_pty_forget(int32_t master) {
    int client = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (client < 0) return -errno;
    int32_t result = tcflush(client, TCIFLUSH) < 0 ? -errno : 0;
    close(client);
    return result;
}

int32_t csystem_link_replace(const char *target, const char *link) {
    struct stat there;
    if (lstat(link, &there) == 0 && !S_ISLNK(there.st_mode)) return -EEXIST;
    char fresh[4096];
    int length = snprintf(fresh, sizeof fresh, "%s.%ld", link, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof fresh) return -ENAMETOOLONG;
    if (symlink(target, fresh) < 0) return -errno;
    if (rename(fresh, link) == 0) return 0;
    int32_t result = -errno;
    unlink(fresh);
    return result;
}

int32_t csystem_link_remove(const char *target, const char *link) {
    char there[4096];
    ssize_t length = readlink(link, there, sizeof there);
    if (length < 0 || (size_t)length != strlen(target) || memcmp(there, target, (size_t)length) != 0) return 0;
    return unlink(link) < 0 ? -errno : 0;
}
