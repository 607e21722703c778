/* hash.h -- SHA-256 (libmd) and random bytes (getrandom). */
#ifndef HASH_H
#define HASH_H
#include "base/base.h"

enum { HASH_SIZE = 32, HASH_HEX_SIZE = 65 };
void hash_sha256(const void *data, size_t len, unsigned char out[HASH_SIZE]);
void hash_hex(const unsigned char hash[HASH_SIZE], char out[HASH_HEX_SIZE]);
/* 0 or -1 when not exactly 2*len hex digits. */
int hash_parse_hex(const char *hex, unsigned char *out, size_t len);
void random_bytes(void *out, size_t len);
/* len characters of [a-z2-7], 5 bits each, and a NUL. For tokens, codes and passwords. */
void random_text(char *out, size_t len);
/* Compares in constant time. */
bool hash_equal(const void *a, const void *b, size_t len);
#endif
