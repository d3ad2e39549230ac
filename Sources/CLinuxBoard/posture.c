// What the kernel says of itself: small files under /proc and /sys.
#define _GNU_SOURCE
#include "clinuxboard.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

// The beginning of a file, with a zero byte at its end; how long it is, or -errno.
static int32_t look(const char *path, char *text, size_t capacity) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    ssize_t length = read(descriptor, text, capacity - 1);
    int error = errno;
    close(descriptor);
    if (length < 0) return -error;
    text[length] = 0;
    return (int32_t)length;
}

int32_t clinuxboard_preemption(void) {
    struct utsname name;
    char text[16];
    if (look("/sys/kernel/realtime", text, sizeof text) > 0 && text[0] == '1') return CLINUXBOARD_PREEMPT_RT;
    if (uname(&name) < 0) return -errno;
    if (strstr(name.version, "PREEMPT_RT") || strstr(name.version, "PREEMPT RT")) return CLINUXBOARD_PREEMPT_RT;
    // A kernel that chooses when it starts does not say here what it chose: it may be voluntary.
    if (strstr(name.version, "PREEMPT_DYNAMIC")) return CLINUXBOARD_VOLUNTARY;
    return strstr(name.version, "PREEMPT") ? CLINUXBOARD_PREEMPT : CLINUXBOARD_NO_PREEMPTION;
}

int32_t clinuxboard_realtime_budget(void) {
    char runtime[24], period[24];
    int32_t found = look("/proc/sys/kernel/sched_rt_runtime_us", runtime, sizeof runtime);
    if (found < 0) return found;
    found = look("/proc/sys/kernel/sched_rt_period_us", period, sizeof period);
    if (found < 0) return found;
    long share = strtol(runtime, NULL, 10), whole = strtol(period, NULL, 10);
    if (share < 0) return 1000;
    return whole > 0 ? (int32_t)(share * 1000 / whole) : -EINVAL;
}

int32_t clinuxboard_governor(void) {
    for (int32_t cpu = 0; cpu < clinuxboard_cpus(); cpu++) {
        char path[96], text[32];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", (int)cpu);
        if (look(path, text, sizeof text) > 0 && strncmp(text, "performance", 11) != 0) return 0;
    }
    return 1;
}

int32_t clinuxboard_throttled(void) {
    char text[24];
    int32_t found = look("/sys/devices/platform/soc/soc:firmware/get_throttled", text, sizeof text);
    // Bits 0 ... 3: what holds now; the bits above: what has been.
    return found < 0 ? found : (strtoul(text, NULL, 16) & 0xF) != 0;
}

// True when a folder has an entry with this byte in its name behind the first place.
static int has_entry(const char *path, char byte, char *name, size_t capacity) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    int found = 0;
    while (folder && !found && (entry = readdir(folder))) {
        found = entry->d_name[0] != '.' && strchr(entry->d_name, byte);
        if (found && name) snprintf(name, capacity, "%s", entry->d_name);
    }
    if (folder) closedir(folder);
    return found;
}

// A driver's setting says nothing of a machine whose lines another driver has: only one that has a device counts. Its module shows the
// driver as `platform:NAME`, and the driver its devices as `ADDRESS.NAME`.
static int has_device(const char *module) {
    char path[400], driver[256];
    snprintf(path, sizeof path, "/sys/module/%s/drivers", module);
    if (!has_entry(path, ':', driver, sizeof driver)) return 0;
    snprintf(path, sizeof path, "/sys/module/%s/drivers/%s", module, driver);
    return has_entry(path, '.', NULL, 0);
}

int32_t clinuxboard_lines_persist(void) {
    static const char *const drivers[] = {"pinctrl_bcm2835", "pinctrl_rp1"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        char path[96], text[8];
        snprintf(path, sizeof path, "/sys/module/%s/parameters/persist_gpio_outputs", drivers[i]);
        if (has_device(drivers[i]) && look(path, text, sizeof text) > 0) return text[0] == 'Y' || text[0] == '1';
    }
    return -ENOENT;
}

int32_t clinuxboard_cpus(void) { return (int32_t)sysconf(_SC_NPROCESSORS_CONF); }
