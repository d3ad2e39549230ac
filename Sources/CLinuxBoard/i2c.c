// Parts on an I2C bus, through libi2c; what it has no call for through I2C_RDWR.
#include "clinuxboard.h"

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <i2c/smbus.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int32_t failed(void) { return errno > 0 ? -errno : -EIO; }

int32_t clinuxboard_part_open(const char *bus, uint8_t address) {
    int part = open(bus, O_RDWR | O_CLOEXEC);
    if (part < 0) return failed();
    // The time-out is in units of 10 ms and belongs to the bus, whoever opens it.
    if (ioctl(part, I2C_SLAVE, (unsigned long)address) < 0 || ioctl(part, I2C_TIMEOUT, 1UL) < 0 || ioctl(part, I2C_RETRIES, 0UL) < 0) {
        int32_t error = failed();
        close(part);
        return error;
    }
    return part;
}

static uint16_t swapped(uint16_t word) { return (uint16_t)(word << 8 | word >> 8); }

int32_t clinuxboard_part_read16(int32_t part, uint8_t reg) {
    errno = 0;
    int32_t word = i2c_smbus_read_word_data(part, reg);
    return word < 0 ? failed() : swapped((uint16_t)word);
}

int32_t clinuxboard_part_write16(int32_t part, uint8_t reg, uint16_t value) {
    errno = 0;
    return i2c_smbus_write_word_data(part, reg, swapped(value)) < 0 ? failed() : 0;
}

int32_t clinuxboard_part_write2(int32_t part, uint8_t first, uint8_t second) {
    errno = 0;
    return i2c_smbus_write_byte_data(part, first, second) < 0 ? failed() : 0;
}

int32_t clinuxboard_part_read3(int32_t part, uint8_t address) {
    uint8_t bytes[3] = {0};
    struct i2c_msg message = {.addr = address, .flags = I2C_M_RD, .len = sizeof bytes, .buf = bytes};
    struct i2c_rdwr_ioctl_data transfer = {.msgs = &message, .nmsgs = 1};
    errno = 0;
    int done = ioctl(part, I2C_RDWR, &transfer);
    if (done < 0) return failed();
    // A part that does not answer may show as fewer messages and no error.
    if (done != 1) return -EIO;
    return (int32_t)bytes[0] << 16 | (int32_t)bytes[1] << 8 | (int32_t)bytes[2];
}
