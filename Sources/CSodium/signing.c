// What only the host does: makes keys and signs. The firmware calls none of it.
#include "csodium.h"

#include <sodium.h>

void csodium_new_seed(uint8_t *seed) { randombytes_buf(seed, crypto_sign_SEEDBYTES); }

void csodium_public_key(const uint8_t *seed, uint8_t *key) {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(key, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

void csodium_sign(const uint8_t *seed, const uint8_t *data, size_t length, uint8_t *signature) {
    uint8_t key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(key, secret, seed);
    crypto_sign_detached(signature, NULL, data, length, secret);
    sodium_memzero(secret, sizeof secret);
}
