#include "csodium.h"

#include <sodium.h>
#include <string.h>

int32_t csodium_start(void) { return sodium_init() < 0 ? -1 : 0; }

void csodium_chain(const uint8_t *previous, const uint8_t *data, size_t length, uint8_t *out) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, previous, 32);
    crypto_generichash_update(&state, data, length);
    crypto_generichash_final(&state, out, 32);
}

void csodium_hash(const uint8_t *data, size_t length, uint8_t *out) { crypto_generichash(out, 32, data, length, NULL, 0); }

void csodium_stretch(const uint8_t *salt, uint8_t *state, int32_t rounds) {
    uint8_t next[32];
    for (; rounds > 0; rounds--) {
        crypto_generichash(next, sizeof next, state, 32, salt, 16);
        memcpy(state, next, sizeof next);
    }
    sodium_memzero(next, sizeof next);
}

int32_t csodium_equal(const uint8_t *first, const uint8_t *second, size_t length) {
    return sodium_memcmp(first, second, length) == 0;
}

void csodium_random(uint8_t *bytes, size_t length) { randombytes_buf(bytes, length); }
