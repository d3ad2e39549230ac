// The calls of libsodium that the journal and the board file make, as plain functions.
#ifndef CSODIUM_H
#define CSODIUM_H
#include <stddef.h>
#include <stdint.h>

// Makes libsodium ready; 0, or -1 when it cannot be.
int32_t csodium_start(void);

// A keyed-less BLAKE2b of 32 bytes over `previous` (32 bytes) followed by `data`: one link of a hash chain.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_chain(const uint8_t *previous, const uint8_t *data, size_t length, uint8_t *out);

// `rounds` times, puts in the place of `state` (32 bytes) the BLAKE2b of it under the key `salt` (16 bytes).
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_stretch(const uint8_t *salt, uint8_t *state, int32_t rounds);
// 1 when both have the same `length` bytes, else 0; takes the same time for all.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
int32_t csodium_equal(const uint8_t *first, const uint8_t *second, size_t length);
// Random bytes of the system.
void csodium_random(uint8_t *bytes, size_t length);

// A keyed-less BLAKE2b of 32 bytes over `data`.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_hash(const uint8_t *data, size_t length, uint8_t *out);
#endif
