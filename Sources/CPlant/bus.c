// An I2C bus in user space: the kernel's CUSE protocol, and the i2c-dev calls that libi2c makes.
#define _GNU_SOURCE
#include "cplant.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdio.h>
#include <string.h>
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

// The transfer that waits for its answer: whose, and where its result goes.
static struct {
    uint64_t unique;
    int32_t kind;
    int smbus;
    size_t size; // of the result
    int32_t messages;
} asked;

static int32_t reply(uint64_t unique, int32_t error, const void *head, size_t head_size, const void *tail, size_t tail_size) {
    struct fuse_out_header out = {.unique = unique, .error = -error};
    out.len = (uint32_t)(sizeof out + (error ? 0 : head_size + tail_size));
    const struct iovec parts[3] = {{&out, sizeof out}, {(void *)head, head_size}, {(void *)tail, tail_size}};
    // ENOENT: who asked has been killed meanwhile.
    return writev(cuse, parts, error ? 1 : 3) < 0 && errno != ENOENT ? -errno : 0;
}

static int32_t refuse(int32_t error) { return reply(request.header.unique, error, NULL, 0, NULL, 0); }

// The result of an ioctl, and the bytes that go into the caller's memory.
static int32_t finish(uint64_t unique, int32_t result, const void *bytes, size_t size) {
    const struct fuse_ioctl_out out = {.result = result};
    return reply(unique, 0, &out, sizeof out, bytes, size);
}

// An ioctl's argument points into the caller's memory: the kernel is asked to begin again with what it needs of it.
static int32_t ask_again(const struct fuse_ioctl_iovec *places, uint32_t in, uint32_t out) {
    const struct fuse_ioctl_out again = {.flags = FUSE_IOCTL_RETRY, .in_iovs = in, .out_iovs = out};
    return reply(request.header.unique, 0, &again, sizeof again, places, (in + out) * sizeof *places);
}

static struct fuse_ioctl_iovec place(const void *base, size_t size) {
    return (struct fuse_ioctl_iovec){.base = (uint64_t)(uintptr_t)base, .len = size};
}

static int32_t begin(cplant_transfer *transfer, int smbus, size_t size, int32_t messages) {
    asked.unique = request.header.unique;
    asked.kind = transfer->kind;
    asked.smbus = smbus;
    asked.size = size;
    asked.messages = messages;
    return 1;
}

static int32_t smbus(const struct fuse_ioctl_in *call, const char *in, cplant_transfer *transfer) {
    struct i2c_smbus_ioctl_data data;
    struct fuse_ioctl_iovec places[3] = {place((void *)(uintptr_t)call->arg, sizeof data)};
    if (call->in_size < sizeof data) return ask_again(places, 1, 0);
    memcpy(&data, in, sizeof data);
    const int reads = data.read_write == I2C_SMBUS_READ, word = data.size == I2C_SMBUS_WORD_DATA;
    if (!data.data || !(word || (data.size == I2C_SMBUS_BYTE_DATA && !reads))) return refuse(EOPNOTSUPP);
    places[1] = place(data.data, sizeof(union i2c_smbus_data));
    places[2] = places[1];
    if (call->in_size < sizeof data + sizeof(union i2c_smbus_data) || (reads && call->out_size < sizeof(union i2c_smbus_data)))
        return ask_again(places, 2, reads ? 1 : 0);
    union i2c_smbus_data value;
    memcpy(&value, in + sizeof data, sizeof value);
    *transfer = (cplant_transfer){
        .kind = !word ? CPLANT_WRITE2 : reads ? CPLANT_READ16 : CPLANT_WRITE16,
        .address = (uint8_t)addresses[call->fh % CLIENTS],
        .reg = data.command,
        // SMBus sends the low byte of a word first, these parts the high one.
        .value = word ? (uint16_t)(value.word << 8 | value.word >> 8) : value.byte,
    };
    return begin(transfer, 1, reads ? sizeof value : 0, 0);
}

static int32_t understand(const struct i2c_msg *messages, uint32_t count, const char *written, cplant_transfer *transfer) {
    const uint8_t *bytes = (const uint8_t *)written;
    const struct i2c_msg *first = messages, *last = messages + count - 1;
    *transfer = (cplant_transfer){.address = (uint8_t)first->addr, .reg = first->flags & I2C_M_RD ? 0 : bytes[0]};
    if (count == 1 && first->flags == I2C_M_RD && first->len == 3)
        transfer->kind = CPLANT_READ3;
    else if (count == 2 && first->flags == 0 && first->len == 1 && last->flags == I2C_M_RD && last->len == 2)
        transfer->kind = CPLANT_READ16;
    else if (count == 1 && first->flags == 0 && first->len == 2) {
        transfer->kind = CPLANT_WRITE2;
        transfer->value = bytes[1];
    } else if (count == 1 && first->flags == 0 && first->len == 3) {
        transfer->kind = CPLANT_WRITE16;
        transfer->value = (uint16_t)(bytes[1] << 8 | bytes[2]);
    } else
        return -EOPNOTSUPP;
    return 0;
}

static int32_t combined(const struct fuse_ioctl_in *call, const char *in, cplant_transfer *transfer) {
    struct i2c_rdwr_ioctl_data data;
    struct i2c_msg messages[MESSAGES];
    struct fuse_ioctl_iovec places[2 + 2 * MESSAGES] = {place((void *)(uintptr_t)call->arg, sizeof data)};
    if (call->in_size < sizeof data) return ask_again(places, 1, 0);
    memcpy(&data, in, sizeof data);
    if (data.nmsgs < 1 || data.nmsgs > MESSAGES) return refuse(EOPNOTSUPP);
    const size_t listed = sizeof data + data.nmsgs * sizeof *messages;
    places[1] = place(data.msgs, data.nmsgs * sizeof *messages);
    if (call->in_size < listed) return ask_again(places, 2, 0);
    memcpy(messages, in + sizeof data, data.nmsgs * sizeof *messages);
    uint32_t ins = 2, outs = 0;
    size_t in_size = listed, out_size = 0;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < data.nmsgs; i++) {
            const int reads = messages[i].flags & I2C_M_RD;
            if (!reads != !pass) continue;
            places[ins + outs] = place(messages[i].buf, messages[i].len);
            *(reads ? &outs : &ins) += 1;
            *(reads ? &out_size : &in_size) += messages[i].len;
        }
    if (call->in_size < in_size || call->out_size < out_size) return ask_again(places, ins, outs);
    return understand(messages, data.nmsgs, in + listed, transfer) < 0 ? refuse(EOPNOTSUPP)
                                                                       : begin(transfer, 0, out_size, (int32_t)data.nmsgs);
}

static int32_t control(cplant_transfer *transfer) {
    const struct fuse_ioctl_in *call = (const void *)(request.bytes + sizeof request.header);
    const char *in = (const char *)(call + 1);
    const unsigned long functions = I2C_FUNC_I2C | I2C_FUNC_SMBUS_WORD_DATA | I2C_FUNC_SMBUS_WRITE_BYTE_DATA;
    const struct fuse_ioctl_iovec answer = place((void *)(uintptr_t)call->arg, sizeof functions);
    switch (call->cmd) {
    case I2C_SLAVE:
    case I2C_SLAVE_FORCE:
        addresses[call->fh % CLIENTS] = (uint16_t)call->arg;
        return finish(request.header.unique, 0, NULL, 0);
    case I2C_TIMEOUT:
    case I2C_RETRIES: return finish(request.header.unique, 0, NULL, 0);
    case I2C_FUNCS:
        if (call->out_size < sizeof functions) return ask_again(&answer, 0, 1);
        return finish(request.header.unique, 0, &functions, sizeof functions);
    case I2C_SMBUS: return smbus(call, in, transfer);
    case I2C_RDWR: return combined(call, in, transfer);
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
    if (asked.smbus) {
        union i2c_smbus_data word = {0};
        word.word = (uint16_t)(value << 8 | (value >> 8 & 0xFF));
        return finish(asked.unique, 0, &word, asked.size);
    }
    const uint8_t three[] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    return finish(asked.unique, asked.messages, three + (asked.kind == CPLANT_READ3 ? 0 : 1), asked.size);
}

void cplant_bus_close(void) {
    close(cuse);
    cuse = -1;
}
