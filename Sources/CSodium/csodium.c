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

// --- Hashing in pieces ---

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(csodium_hasher), "the hasher's words hold libsodium's state");

// libsodium's state wants an alignment that a caller's value need not have: it is worked on in a copy.
void csodium_hash_begin(csodium_hasher *hasher) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    memcpy(hasher, &state, sizeof state);
}

void csodium_hash_add(csodium_hasher *hasher, const void *data, size_t length) {
    crypto_generichash_state state;
    memcpy(&state, hasher, sizeof state);
    crypto_generichash_update(&state, data, length);
    memcpy(hasher, &state, sizeof state);
}

void csodium_hash_end(const csodium_hasher *hasher, uint8_t *out) {
    crypto_generichash_state state;
    memcpy(&state, hasher, sizeof state);
    crypto_generichash_final(&state, out, 32);
}

// --- Signatures ---

int32_t csodium_is_signed(const uint8_t *signature, const uint8_t *data, size_t length, const uint8_t *key) {
    return crypto_sign_verify_detached(signature, data, length, key) == 0;
}
