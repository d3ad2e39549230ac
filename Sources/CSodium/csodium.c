#include "csodium.h"

#include <sodium.h>

int32_t csodium_start(void) { return sodium_init() < 0 ? -1 : 0; }

void csodium_chain(const uint8_t *previous, const uint8_t *data, size_t length, uint8_t *out) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, previous, 32);
    crypto_generichash_update(&state, data, length);
    crypto_generichash_final(&state, out, 32);
}

void csodium_hash(const uint8_t *data, size_t length, uint8_t *out) { crypto_generichash(out, 32, data, length, NULL, 0); }
