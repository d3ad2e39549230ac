// The few system calls that stimd and stim make: arguments, memory, clocks, descriptors, terminals, pseudo-terminals, files.
//
// Plain integers only. A result below zero is -errno; zero or a count is success. Interrupted calls are retried, except
// csystem_poll, which returns so that its caller sees the signal. Paths are the caller's and end in a zero byte.
#ifndef CSYSTEM_H
#define CSYSTEM_H
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

// A promise to the Swift compiler that the function takes no lock and no memory from the heap.
#define RT __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

// --- The process: arguments and end (Embedded Swift has no CommandLine) ---

// How many arguments there are, the program's own name at 0 counted.
RT int32_t csystem_argument_count(void);
// Argument `index`, ending in a zero byte; NULL outside 0 ..< count.
RT const char *csystem_argument(int32_t index);
// The whole of `text` as a decimal number of 0 ... 2^63 - 1; `otherwise` for NULL and for anything else.
RT int64_t csystem_number(const char *text, int64_t otherwise);

// What kind of machine this program is compiled for: 1 arm64, 2 armhf, 3 armel, 4 amd64; 0 for any other.
RT uint8_t csystem_architecture(void);

// Ends the process; a raw terminal is restored.
RT _Noreturn void csystem_exit(int32_t status);

// --- Memory ---

// Zeroed, page-aligned memory that lives until it is given back, touched so that no page fault comes later.
// NULL when the system has none.
RT void *csystem_map(size_t bytes);
// Gives back what csystem_map gave.
RT void csystem_unmap(void *memory, size_t bytes);

// --- Clocks ---

RT int64_t csystem_now(void);                      // CLOCK_MONOTONIC, nanoseconds
RT int64_t csystem_wall(void);                     // CLOCK_REALTIME, nanoseconds since 1970
RT int32_t csystem_sleep_until(int64_t deadline);  // absolute on CLOCK_MONOTONIC; 0 or -errno
RT int64_t csystem_spin_until(int64_t deadline);   // reads CLOCK_MONOTONIC until it is there; what it says then

// --- Descriptors ---

// What a non-blocking call returns instead of waiting.
enum { CSYSTEM_AGAIN = -EAGAIN };
// At most `count` bytes. 0 at the end of the input; CSYSTEM_AGAIN when nothing is there now; -EIO from the master of a
// pseudo-terminal that nobody has open.
RT int64_t csystem_read(int32_t descriptor, void *bytes, size_t count);
// As many bytes as the descriptor takes in one call; CSYSTEM_AGAIN when it takes none now.
RT int64_t csystem_write(int32_t descriptor, const void *bytes, size_t count);
// Every byte, waiting as long as it takes, on a non-blocking descriptor too; 0 or -errno.
RT int32_t csystem_write_all(int32_t descriptor, const void *bytes, size_t count);

// What csystem_poll and csystem_poll_all saw.
enum {
    CSYSTEM_READABLE = 1,  // `input` has bytes, or is at its end
    CSYSTEM_WRITABLE = 2,  // `output` takes bytes
    CSYSTEM_HUNG_UP = 4,   // the other end of `input` or `output` is gone
};
// One of several lines that are waited for at once; -1 leaves a descriptor out. `seen` gets the flags, or -EBADF.
typedef struct {
    int32_t input, output, seen;
} csystem_poll_line;
// At most so many.
enum { CSYSTEM_POLL_LINES = 8 };
// Waits at most `timeout` nanoseconds until one of `count` lines has something to do; 0 (also after a signal), or -errno.
RT int32_t csystem_poll_all(csystem_poll_line *lines, int32_t count, int64_t timeout);
// Waits at most `timeout` nanoseconds for `input` to be readable and `output` to be writable; -1 leaves one out, and both
// left out is a sleep. Returns the flags, 0 after the timeout or a signal, or -errno.
//
// The master of a pseudo-terminal reports HUNG_UP at once, every time, while nobody has the other side open: a caller
// that waits for a client must leave it out and look again with a timeout of 0 now and then, or it spins.
RT int32_t csystem_poll(int32_t input, int32_t output, int64_t timeout);
// Makes reads and writes return CSYSTEM_AGAIN instead of waiting. The setting belongs to the open file, which a shell shares
// with the programs it starts: never use it on an inherited descriptor.
RT int32_t csystem_set_nonblocking(int32_t descriptor);
RT int32_t csystem_close(int32_t descriptor);

// --- Sockets ---

// Listens on a local socket at `path`, at most 107 bytes, open to its owner and to the group of the folder that it lies in. A socket that
// nobody listens on any more is replaced; -EADDRINUSE when somebody does, -EEXIST when something else is there.
int32_t csystem_listen_local(const char *path);
// Listens on a TCP port, 1 ... 65535, of the loopback address alone: other machines cannot reach it. A descriptor, or -errno.
int32_t csystem_listen_loopback(int32_t port);
// The next one who has connected, non-blocking; CSYSTEM_AGAIN when there is none.
RT int32_t csystem_accept(int32_t listener);
// Removes the socket at `path`, if it is one; 0 too when it is not.
int32_t csystem_socket_remove(const char *path);

// --- Signals ---

// From now on SIGINT, SIGTERM and SIGHUP are only noted, and a write to a closed pipe fails instead of killing.
RT int32_t csystem_catch_signals(void);
// The number of the last noted signal, 0 for none.
RT int32_t csystem_signal(void);

// --- Terminals ---

// 1 or 0.
RT int32_t csystem_is_terminal(int32_t descriptor);
// Puts a terminal into raw mode (bytes as typed, no echo, no signals from keys) until csystem_terminal_restore, which also
// runs at exit and when the process dies of a fault of its own. One terminal at a time: -EBUSY for a second one. Input is marked:
// a break and a byte with a framing error come as 0xFF 0x00 and a byte, a byte 0xFF comes twice.
RT int32_t csystem_terminal_raw(int32_t descriptor);
RT int32_t csystem_terminal_restore(void);
// Gives an open serial device a rate, bits a second, and 8N1, whatever it had. 0 or -errno; -EINVAL for a rate that serial lines do not
// have.
int32_t csystem_terminal_rate(int32_t descriptor, uint32_t baud);
// Opens a serial device (no controlling terminal, non-blocking) and makes it raw, its input marked as above; a descriptor. When its
// carrier is there, the line is hung up when the carrier goes; else its modem lines are ignored. `baud` as above; 0 leaves rate and
// frame as they are.
RT int32_t csystem_terminal_open(const char *path, uint32_t baud);
// 1 for a serial device whose modem lines are ignored: nothing shows that its other end has gone. Else 0.
RT int32_t csystem_terminal_is_three_wire(int32_t descriptor);

// --- Pseudo-terminals ---

// Opens a pseudo-terminal, its client side raw, and writes the client's path (with its zero byte) to `path`.
// Returns the non-blocking master, or -errno. Nobody has the client side open then: csystem_poll says HUNG_UP.
int32_t csystem_pty_open(char *path, size_t capacity);
// Forgets what was written to the master and no client has read.
RT int32_t csystem_pty_forget(int32_t master);
// Puts a symbolic link to `target` at `link` in one step, in the place of an older link. -EEXIST when something else is
// there.
int32_t csystem_link_replace(const char *target, const char *link);
// Removes `link` if it still points to `target`; 0 too when it does not.
int32_t csystem_link_remove(const char *target, const char *link);

// --- Files ---

// Opens for reading and writing, creating it (mode 0644) when `create` is not 0; or for reading only.
int32_t csystem_file_open(const char *path, int32_t create);
int32_t csystem_file_open_read_only(const char *path);
// `count` bytes at `offset`, fewer only at the file's end.
int64_t csystem_file_read(int32_t descriptor, void *bytes, size_t count, int64_t offset);
// Every byte at `offset`; 0 or -errno, and then a part may have been written.
int32_t csystem_file_write(int32_t descriptor, const void *bytes, size_t count, int64_t offset);
int32_t csystem_file_sync(int32_t descriptor);
int32_t csystem_file_truncate(int32_t descriptor, int64_t size);
int64_t csystem_file_size(int32_t descriptor);
#endif
