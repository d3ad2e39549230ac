// An I2C bus in user space: the kernel's CUSE protocol, and the i2c-dev calls that libi2c makes.
#define _GNU_SOURCE
#include "cplant.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CLIENTS = 32, REQUEST = 1 << 16, MESSAGES = 2 };

static int cuse = -1;
static char device[64];
static uint16_t addresses[CLIENTS]; // of each open descriptor
static uint32_t next_client;

static union {
    struct fuse_in_header header;
    char bytes[REQUEST];
} request;

// The transfer that waits for its answer: whose, the result of its call, and where what is read goes in the caller's memory.
static struct {
    uint64_t unique;
    pid_t caller;
    int32_t result;
    void *place;
    size_t size;
} asked;

static int32_t reply(uint64_t unique, int32_t error, const void *head, size_t head_size, const void *tail, size_t tail_size) {
    struct fuse_out_header out = {.unique = unique, .error = -error};
    out.len = (uint32_t)(sizeof out + (error ? 0 : head_size + tail_size));
    const struct iovec parts[3] = {{&out, sizeof out}, {(void *)head, head_size}, {(void *)tail, tail_size}};
    // ENOENT: who asked has been killed meanwhile.
    return writev(cuse, parts, error ? 1 : 3) < 0 && errno != ENOENT ? -errno : 0;
}

static int32_t refuse(int32_t error) { return reply(request.header.unique, error, NULL, 0, NULL, 0); }

static int32_t finish(uint64_t unique, int32_t result) {
    const struct fuse_ioctl_out out = {.result = result};
    return reply(unique, 0, &out, sizeof out, NULL, 0);
}

// An ioctl's argument points into the caller's memory, and what is there points on. The caller waits meanwhile, so it is read directly:
// CUSE's own way of asking for it would cost two more exchanges a transfer.
static int fetch(const void *from, void *to, size_t size) {
    const struct iovec here = {to, size}, there = {(void *)from, size};
    return process_vm_readv((pid_t)request.header.pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static int32_t begin(const cplant_transfer *transfer, void *place, int32_t result) {
    const int reads = transfer->kind == CPLANT_READ16 || transfer->kind == CPLANT_READ3;
    asked.unique = request.header.unique;
    asked.caller = (pid_t)request.header.pid;
    asked.result = result;
    asked.place = place;
    asked.size = !reads ? 0 : transfer->kind == CPLANT_READ3 ? 3 : 2;
    return 1;
}

static int32_t smbus(const struct fuse_ioctl_in *call, cplant_transfer *transfer) {
    struct i2c_smbus_ioctl_data data;
    union i2c_smbus_data value;
    if (!fetch((void *)(uintptr_t)call->arg, &data, sizeof data)) return refuse(EFAULT);
    const int reads = data.read_write == I2C_SMBUS_READ, word = data.size == I2C_SMBUS_WORD_DATA;
    if (!data.data || !(word || (data.size == I2C_SMBUS_BYTE_DATA && !reads))) return refuse(EOPNOTSUPP);
    if (!fetch(data.data, &value, sizeof value)) return refuse(EFAULT);
    *transfer = (cplant_transfer){
        .kind = !word ? CPLANT_WRITE2 : reads ? CPLANT_READ16 : CPLANT_WRITE16,
        .address = (uint8_t)addresses[call->fh % CLIENTS],
        .reg = data.command,
        // SMBus sends the low byte of a word first, these parts the high one.
        .value = word ? (uint16_t)(value.word << 8 | value.word >> 8) : value.byte,
    };
    return begin(transfer, data.data, 0);
}

static int32_t combined(const struct fuse_ioctl_in *call, cplant_transfer *transfer) {
    struct i2c_rdwr_ioctl_data data;
    struct i2c_msg messages[MESSAGES] = {0};
    uint8_t bytes[3] = {0};
    if (!fetch((void *)(uintptr_t)call->arg, &data, sizeof data)) return refuse(EFAULT);
    if (data.nmsgs < 1 || data.nmsgs > MESSAGES) return refuse(EOPNOTSUPP);
    if (!fetch(data.msgs, messages, data.nmsgs * sizeof *messages)) return refuse(EFAULT);
    const struct i2c_msg *first = messages, *last = messages + data.nmsgs - 1;
    const int writes = !(first->flags & I2C_M_RD), single = data.nmsgs == 1;
    if (first->len > sizeof bytes || (writes && !fetch(first->buf, bytes, first->len))) return refuse(EFAULT);
    *transfer = (cplant_transfer){.address = (uint8_t)first->addr, .reg = bytes[0]};
    if (single && !writes && first->len == 3)
        transfer->kind = CPLANT_READ3;
    else if (!single && writes && first->len == 1 && last->flags == I2C_M_RD && last->len == 2)
        transfer->kind = CPLANT_READ16;
    else if (single && writes && (first->len == 2 || first->len == 3)) {
        transfer->kind = first->len == 2 ? CPLANT_WRITE2 : CPLANT_WRITE16;
        transfer->value = first->len == 2 ? bytes[1] : (uint16_t)(bytes[1] << 8 | bytes[2]);
    } else
        return refuse(EOPNOTSUPP);
    return begin(transfer, last->buf, (int32_t)data.nmsgs);
}

static int32_t control(cplant_transfer *transfer) {
    const struct fuse_ioctl_in *call = (const void *)(request.bytes + sizeof request.header);
    switch (call->cmd) {
    case I2C_SLAVE:
    case I2C_SLAVE_FORCE: addresses[call->fh % CLIENTS] = (uint16_t)call->arg; return finish(request.header.unique, 0);
    case I2C_TIMEOUT:
    case I2C_RETRIES: return finish(request.header.unique, 0);
    case I2C_SMBUS: return smbus(call, transfer);
    case I2C_RDWR: return combined(call, transfer);
    default: return refuse(ENOTTY);
    }
}

static int32_t introduce(void) {
    const struct cuse_init_in *in = (const void *)(request.bytes + sizeof request.header);
    const struct cuse_init_out out = {
        .major = FUSE_KERNEL_VERSION, .minor = in->minor, .flags = CUSE_UNRESTRICTED_IOCTL, .max_read = 4096, .max_write = 4096};
    return reply(request.header.unique, 0, &out, sizeof out, device, strlen(device) + 1);
}

int32_t cplant_bus_open(const char *name) {
    snprintf(device, sizeof device, "DEVNAME=%s", name);
    cuse = open("/dev/cuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    return cuse < 0 ? -errno : cuse;
}

int32_t cplant_bus_take(cplant_transfer *transfer) {
    const struct fuse_open_out opened = {.fh = next_client};
    if (read(cuse, request.bytes, sizeof request.bytes) < 0) return errno == EAGAIN || errno == EINTR || errno == ENOENT ? 0 : -errno;
    switch (request.header.opcode) {
    case CUSE_INIT: return introduce();
    case FUSE_OPEN: next_client++; return reply(request.header.unique, 0, &opened, sizeof opened, NULL, 0);
    case FUSE_IOCTL: return control(transfer);
    case FUSE_RELEASE: return refuse(0);
    case FUSE_INTERRUPT:
    case FUSE_FORGET: return 0;
    default: return refuse(ENOSYS);
    }
}

int32_t cplant_bus_answer(int32_t error, uint32_t value) {
    if (error) return reply(asked.unique, error, NULL, 0, NULL, 0);
    const uint8_t bytes[3] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    const struct iovec here = {(void *)(bytes + sizeof bytes - asked.size), asked.size}, there = {asked.place, asked.size};
    if (asked.size && process_vm_writev(asked.caller, &here, 1, &there, 1, 0) < 0) return reply(asked.unique, EFAULT, NULL, 0, NULL, 0);
    return finish(asked.unique, asked.result);
}

void cplant_bus_close(void) {
    close(cuse);
    cuse = -1;
}
