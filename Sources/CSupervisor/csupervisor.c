#define _GNU_SOURCE
#include "csupervisor.h"
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

static int32_t failed(void) { return errno > 0 ? -errno : -EIO; }

int32_t csupervisor_is_first(void) { return getpid() == 1; }

// --- File systems ---

static int32_t mount_at(const char *type, const char *place, const char *options) {
    if (mkdir(place, 0755) < 0 && errno != EEXIST) return failed();
    // EBUSY: it is there already.
    return mount(type, place, type, MS_NOSUID, options) < 0 && errno != EBUSY ? failed() : 0;
}

static void open_descriptors(void) {
    int console = open("/dev/console", O_RDWR | O_NOCTTY);
    if (console < 0) console = open("/dev/null", O_RDWR);
    for (int descriptor = 0; console >= 0 && descriptor < 3; descriptor++)
        if (console != descriptor) dup2(console, descriptor);
    if (console > 2) close(console);
}

int32_t csupervisor_begin(void) {
    int32_t result = mount_at("proc", "/proc", NULL);
    if (result == 0) result = mount_at("sysfs", "/sys", NULL);
    if (result == 0) result = mount_at("devtmpfs", "/dev", "mode=0755");
    if (result == 0) result = mount_at("tmpfs", "/run", "mode=0755,size=16m");
    open_descriptors();
    reboot(RB_DISABLE_CAD);
    return result;
}

int32_t csupervisor_mount(const char *device, const char *place, const char *type, int32_t how) {
    const unsigned long flags = MS_NOSUID | MS_NODEV | (how & CSUPERVISOR_READ_ONLY ? MS_RDONLY : 0)
        | (how & CSUPERVISOR_NO_PROGRAMS ? MS_NOEXEC : 0);
    return mount(device, place, type, flags, NULL) < 0 ? failed() : 0;
}

int32_t csupervisor_unmount(const char *place) { return umount2(place, 0) < 0 ? failed() : 0; }

int32_t csupervisor_seal_root(void) { return mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? failed() : 0; }

int32_t csupervisor_folder(const char *path, uint32_t user) {
    if (mkdir(path, user ? 0700 : 0755) < 0 && errno != EEXIST) return failed();
    return user && chown(path, user, user) < 0 ? failed() : 0;
}

int32_t csupervisor_exists(const char *path) { return access(path, F_OK) == 0; }

int32_t csupervisor_write(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return failed();
    int32_t result = write(file, text, strlen(text)) < 0 ? failed() : 0;
    close(file);
    return result;
}

int32_t csupervisor_remove(const char *path) { return unlink(path) < 0 && errno != ENOENT ? failed() : 0; }

int32_t csupervisor_program(const char *file, const char *path) {
    int from = open(file, O_RDONLY | O_CLOEXEC);
    if (from < 0) return failed();
    unlink(path);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    int32_t result = to < 0 ? failed() : 0;
    for (ssize_t moved = 1; result == 0 && moved > 0;) {
        moved = sendfile(to, from, NULL, 1 << 20);
        if (moved < 0) result = failed();
    }
    if (to >= 0 && close(to) < 0 && result == 0) result = failed();
    close(from);
    return result;
}

// --- Modules ---

int32_t csupervisor_load(const char *path, const char *parameters) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return failed();
    long result = syscall(SYS_finit_module, file, parameters, 0);
    int32_t error = result < 0 && errno != EEXIST ? failed() : 0;
    close(file);
    return error;
}

// --- Programs ---

// The first process ignores most signals and blocks none: what it starts begins with the usual ones.
static void begin_child(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    setsid();
}

int32_t csupervisor_start(const char *const *arguments, int32_t count, int32_t errors) {
    enum { MOST = 24 };
    char *words[MOST + 1] = {0};
    if (count < 1 || count > MOST) return -E2BIG;
    for (int32_t i = 0; i < count; i++) words[i] = (char *)arguments[i];
    pid_t child = fork();
    if (child != 0) return child < 0 ? failed() : child;
    begin_child();
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(errors >= 0 ? errors : nothing, 2);
    char *const environment[] = {NULL};
    execve(words[0], words, environment);
    _exit(127);
}

int32_t csupervisor_shell(const char *terminal, uint32_t baud) {
    pid_t child = fork();
    if (child != 0) return child < 0 ? failed() : child;
    begin_child();
    int line = open(terminal, O_RDWR);
    struct termios settings;
    if (line < 0 || tcgetattr(line, &settings) < 0) _exit(126);
    settings.c_iflag = ICRNL | IXON;
    settings.c_oflag = OPOST | ONLCR;
    settings.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN;
    tcsetattr(line, TCSADRAIN, &settings);
    csystem_terminal_rate(line, baud);
    ioctl(line, TIOCSCTTY, 0);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(line, descriptor);
    if (line > 2) close(line);
    char *const words[] = {"sh", "-c", "/bin/busybox mkdir -p /run/bin; /bin/busybox --install -s /run/bin; exec /bin/busybox sh -i", NULL};
    char *const environment[] = {"PATH=/run/bin", "HOME=/", "PS1=service # ", "TERM=vt100", NULL};
    execve("/bin/busybox", words, environment);
    _exit(127);
}

int32_t csupervisor_restart(void) {
    sync();
    return reboot(RB_AUTOBOOT) < 0 ? failed() : 0;
}
