// Reads of a part on an I2C bus, in plain C.
#include "transfers.h"

#include <errno.h>
#include <fcntl.h>
#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <unistd.h>

int32_t reference_part_open(const char *bus, uint8_t address) {
    int part = open(bus, O_RDWR | O_CLOEXEC);
    if (part < 0) return -errno;
    if (ioctl(part, I2C_SLAVE, (unsigned long)address) == 0) return part;
    const int error = errno;
    close(part);
    return -error;
}

int32_t reference_read_combined(int32_t part, uint8_t address, uint8_t reg) {
    uint8_t bytes[2] = {0};
    struct i2c_msg messages[2] = {
        {.addr = address, .len = 1, .buf = &reg},
        {.addr = address, .flags = I2C_M_RD, .len = sizeof bytes, .buf = bytes},
    };
    struct i2c_rdwr_ioctl_data transfer = {.msgs = messages, .nmsgs = 2};
    const int done = ioctl(part, I2C_RDWR, &transfer);
    if (done != 2) return done < 0 ? -errno : -EIO;
    return (int32_t)bytes[0] << 8 | (int32_t)bytes[1];
}

int32_t reference_read_word(int32_t part, uint8_t reg) {
    const int32_t word = i2c_smbus_read_word_data(part, reg);
    // SMBus sends the low byte of a word first, these parts the high one.
    return word < 0 ? -errno : (word & 0xFF) << 8 | (word >> 8 & 0xFF);
}
