/* hash.c - the door for libcrypto. */
#include "base/hash.h"
#include "base/mem.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>

static void to_hex(const unsigned char digest[32], char hex[MSC_SHA256_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = '\0';
}

void msc_sha256(const void *bytes, size_t n, char hex[MSC_SHA256_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
    EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL);
    to_hex(digest, hex);
}

msc_status msc_sha256_file(const char *path, char hex[MSC_SHA256_TEXT], msc_error *err)
{
    enum { STEP = 1 << 20 };
    msc_status status = MSC_OK;
    unsigned char digest[EVP_MAX_MD_SIZE] = { 0 };
    FILE *file = fopen(path, "rb");
    unsigned char *buffer = msc_alloc(STEP, 1);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!file) {
        status = msc_fail_errno(err, errno, MSC_ENOFILE, path);
        goto done;
    }
    if (!buffer || !ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)) {
        status = msc_fail(err, MSC_ENOMEM, path, "%d bytes", STEP);
        goto done;
    }
    size_t n;
    while ((n = fread(buffer, 1, STEP, file)) > 0) EVP_DigestUpdate(ctx, buffer, n);
    if (ferror(file)) {
        status = msc_fail_errno(err, errno, MSC_EREAD, path);
        goto done;
    }
    EVP_DigestFinal_ex(ctx, digest, NULL);
    to_hex(digest, hex);
done:
    EVP_MD_CTX_free(ctx);
    msc_release(buffer);
    if (file) fclose(file);
    return status;
}
