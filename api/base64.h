/* base64.h -- RFC 4648 section 4, as files of a submission and Basic credentials come. Pure. */
#ifndef API_BASE64_H
#define API_BASE64_H
#include "base/buf.h"

/* Bytes written to out, or -1: another character, wrong padding, bits left over, or more than cap
 * bytes. No white space. */
ptrdiff_t base64_decode(const char *text, size_t len, unsigned char *out, size_t cap);
void base64_encode(struct buf *out, const void *data, size_t len);
#endif
