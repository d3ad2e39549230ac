// Reads of a part on an I2C bus, in plain C, for comparison with the firmware's driver.
#ifndef TRANSFERS_H
#define TRANSFERS_H
#include <stdint.h>

// Opens the bus for one part; a descriptor or -errno.
int32_t reference_part_open(const char *bus, uint8_t address);
// A 16-bit register, most significant byte first: through I2C_RDWR, and through libi2c. The value or -errno.
int32_t reference_read_combined(int32_t part, uint8_t address, uint8_t reg);
int32_t reference_read_word(int32_t part, uint8_t reg);
#endif
