// Two processes: what they share, how they are started, and what the console's may do.
#define _GNU_SOURCE
#include "clinuxboard.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096 };
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

// --- Memory ---

// A view of both pairs of pages, side by side; NULL and errno on failure.
static void *view(int first, int first_may, int second, int second_may) {
    char *place = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) return NULL;
    for (int pair = 0; pair < 2; pair++) {
        char *here = place + 2 * PAGE * pair;
        if (mmap(here, PAGE, first_may, MAP_SHARED | MAP_FIXED, first, PAGE * pair) == MAP_FAILED
            || mmap(here + PAGE, PAGE, second_may, MAP_SHARED | MAP_FIXED, second, PAGE * pair) == MAP_FAILED)
            return NULL;
    }
    return place;
}

static int32_t sealed_pages(const char *name) {
    int page = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (page < 0) return -errno;
    if (ftruncate(page, 2 * PAGE) == 0 && fcntl(page, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0) return page;
    int error = errno;
    close(page);
    return -error;
}

int32_t clinuxboard_share(clinuxboard_shared *shared) {
    int32_t console = sealed_pages("pulsekeeper-console"), safety = sealed_pages("pulsekeeper-safety");
    if (console < 0) return console;
    if (safety < 0) return safety;
    const int both = PROT_READ | PROT_WRITE;
    shared->both = view(console, both, safety, both);
    shared->safety = view(console, PROT_READ, safety, both);
    // From here on a view of the safety side's page is for reading, for good.
    if (!shared->both || !shared->safety || fcntl(safety, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0) return -errno;
    shared->console = view(console, both, safety, PROT_READ);
    if (!shared->console || fcntl(console, F_ADD_SEALS, F_SEAL_SEAL) < 0) return -errno;
    // The views are enough: without a descriptor nobody makes another.
    close(console);
    close(safety);
    return 0;
}

void clinuxboard_unshare(void *seen) { munmap(seen, 4 * PAGE); }

// --- Processes ---

int32_t clinuxboard_start_process(clinuxboard_entry entry, void *context) {
    pid_t parent = getpid(), child = fork();
    if (child < 0) return -errno;
    if (child > 0) return child;
    // The parent may have died before the request was made.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent) _exit(3);
    entry(context);
    _exit(3);
}

// A child that has ended; 0 when none has.
static int32_t ended_child(int32_t *well) {
    int status = 0;
    pid_t ended = waitpid(-1, &status, WNOHANG);
    *well = ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return ended < 0 ? -errno : ended;
}

int32_t clinuxboard_wait(int32_t milliseconds, int32_t *well) {
    const struct timespec longest = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    // Blocked before the look: an end after it is still to be waited for.
    if (sigprocmask(SIG_BLOCK, &ends, &before) < 0) return -errno;
    int32_t ended = ended_child(well);
    if (ended == 0) {
        if (sigtimedwait(&ends, NULL, &longest) >= 0)
            ended = ended_child(well);
        else if (errno != EAGAIN)
            ended = -errno;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ended;
}

int32_t clinuxboard_end_process(int32_t process, int32_t at_once) {
    return kill(process, at_once ? SIGKILL : SIGTERM) < 0 ? -errno : 0;
}

// --- The console's cage ---

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#else
#error "no system-call filter for this machine"
#endif

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// Reading and writing of what is open, taking whoever connects to a socket that listens, waiting, the end; memory for an allocator, but
// none that can be executed. No call that opens, connects, binds, maps a file for execution, starts or touches another process.
static int32_t filter(void) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_read),
        ALLOW(SYS_write),
        ALLOW(SYS_pread64),
        ALLOW(SYS_pwrite64),
        ALLOW(SYS_fsync),
        ALLOW(SYS_ftruncate),
        ALLOW(SYS_fstat),
        ALLOW(SYS_close),
        ALLOW(SYS_accept4),
#ifdef SYS_newfstatat
        ALLOW(SYS_newfstatat),
#endif
#ifdef SYS_statx
        ALLOW(SYS_statx),
#endif
        ALLOW(SYS_ppoll),
#ifdef SYS_ppoll_time64
        ALLOW(SYS_ppoll_time64),
        ALLOW(SYS_clock_gettime64),
#endif
#ifdef SYS_poll
        ALLOW(SYS_poll),
#endif
        ALLOW(SYS_clock_gettime),
        ALLOW(SYS_clock_nanosleep),
        ALLOW(SYS_rt_sigreturn),
        ALLOW(SYS_restart_syscall),
        ALLOW(SYS_exit),
        ALLOW(SYS_exit_group),
        ALLOW(SYS_futex),
        ALLOW(SYS_brk),
        ALLOW(SYS_munmap),
        ALLOW(SYS_madvise),
        // ioctl: to give a terminal its settings back.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCSETS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
#if defined(SYS_mmap)
        // mmap: neither executable nor of a file.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog whole = {.len = sizeof program / sizeof *program, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0) return -errno;
    return prctl(PR_SET_SECCOMP, (unsigned long)SECCOMP_MODE_FILTER, &whole) < 0 ? -errno : 0;
}

static int kept(int descriptor, const int32_t *descriptors, int32_t count) {
    if (descriptor <= 2) return 1;
    for (int32_t i = 0; i < count; i++)
        if (descriptors[i] == descriptor) return 1;
    return 0;
}

static int32_t become(uint32_t user) {
    if (user == 0) return -EPERM;
    // Who is somebody else already has nothing to give away.
    if (geteuid() == user) return 0;
    if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0) return -errno;
    return setuid(0) == 0 ? -EPERM : 0;
}

int32_t clinuxboard_confine(uint32_t user, const int32_t *descriptors, int32_t count) {
    long most = sysconf(_SC_OPEN_MAX);
    for (int descriptor = 3; descriptor < (most > 0 && most < 65536 ? most : 65536); descriptor++)
        if (!kept(descriptor, descriptors, count)) close(descriptor);
    int32_t result = become(user);
    // The change of user cleared it: the console dies with the one that started it.
    if (result == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) result = -errno;
    return result < 0 ? result : filter();
}
