// What the first process of the machine does that no other program does: mounts, modules, programs, a restart.
//
// A result below zero is -errno; zero or a number is success.
#ifndef CSUPERVISOR_H
#define CSUPERVISOR_H
#include <stddef.h>
#include <stdint.h>

// 1 for the first process of the machine.
int32_t csupervisor_is_first(void);
// The kernel's file systems (/proc, /sys, /dev), memory for /run, and descriptors 0 ... 2 on the kernel's console, or on nothing where it
// has none. Ctrl-Alt-Del restarts nothing.
int32_t csupervisor_begin(void);

// How a partition is mounted: nothing on it is a device or gives another user's rights.
enum { CSUPERVISOR_READ_ONLY = 1, CSUPERVISOR_NO_PROGRAMS = 2 };
int32_t csupervisor_mount(const char *device, const char *place, const char *type, int32_t how);
int32_t csupervisor_unmount(const char *place);
// The root file system is for reading alone from now on.
int32_t csupervisor_seal_root(void);
// A folder, if it is not there; of `user` alone when that is not 0.
int32_t csupervisor_folder(const char *path, uint32_t user);
// 1 when there is a file.
int32_t csupervisor_exists(const char *path);
// Writes a text into a file that is there: /proc, /sys.
int32_t csupervisor_write(const char *path, const char *text);
// Removes a file; none is no error.
int32_t csupervisor_remove(const char *path);
// Makes what was read from `file` a program: a file of memory at `path`, mode 0755.
int32_t csupervisor_program(const char *file, const char *path);

// Loads a module; one that is loaded already is no error.
int32_t csupervisor_load(const char *path, const char *parameters);

// Starts a program with `count` arguments, the first its path, in a session of its own; what it says on standard error goes to `errors`, its
// input and output are nothing. The new process.
int32_t csupervisor_start(const char *const *arguments, int32_t count, int32_t errors);
// Starts a shell for a person on a terminal, which it owns. The new process.
int32_t csupervisor_shell(const char *terminal, uint32_t baud);
// Everything to the media, then the machine starts anew. Returns only when it may not.
int32_t csupervisor_restart(void);
#endif
