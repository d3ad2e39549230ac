// The calls of libsodium that the journal, the board file and updates make, as plain functions.
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

// The same hash in pieces: begin, add any number of times, end. A plain value, that may be copied between two calls.
typedef struct {
    uint64_t words[48];
} csodium_hasher;
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_hash_begin(csodium_hasher *hasher);
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_hash_add(csodium_hasher *hasher, const void *data, size_t length);
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
void csodium_hash_end(const csodium_hasher *hasher, uint8_t *out);

// 1 when `signature` (64 bytes) is the Ed25519 signature of `data` under the public key `key` (32 bytes), else 0.
__attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
int32_t csodium_is_signed(const uint8_t *signature, const uint8_t *data, size_t length, const uint8_t *key);

// --- The host's alone: the 32 bytes of a new secret seed, the public key (32) that goes with a seed, a signature (64) with it ---

void csodium_new_seed(uint8_t *seed);
void csodium_public_key(const uint8_t *seed, uint8_t *key);
void csodium_sign(const uint8_t *seed, const uint8_t *data, size_t length, uint8_t *signature);
#endif
