#include "reports/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdint.h>

#include "base/mem.h"

/* A multiple of three, so that pieces join without padding between them. */
#define PIECE_BYTES ((size_t)3 * 16384)

void digest_add_base64(struct strbuf *out, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    unsigned char *text = mem_new(PIECE_BYTES / 3 * 4 + 1);
    while (count > 0) {
        size_t piece = count < PIECE_BYTES ? count : PIECE_BYTES;
        int length = EVP_EncodeBlock(text, at, (int)piece);
        strbuf_add(out, text, (size_t)length);
        at += piece;
        count -= piece;
    }
    free(text);
}

void digest_add_sha256(struct strbuf *out, const void *bytes, size_t count)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    int done = EVP_Digest(bytes, count, sum, &length, EVP_sha256(), NULL);
    assert(done == 1);
    (void)done;
    digest_add_base64(out, sum, length);
}
