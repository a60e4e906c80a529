/* mem.h - the door for malloc: sizes that cannot overflow, arrays that grow, numbers that are functions of a key. */
#ifndef MSC_BASE_MEM_H
#define MSC_BASE_MEM_H
#include <stddef.h>
#include <stdint.h>

/* All return NULL when the machine has no memory, or when count * size overflows; never for a size of 0. */
void *msc_alloc(size_t count, size_t size);                      /* contents undefined, aligned to 64 bytes */
void *msc_alloc_zero(size_t count, size_t size);                 /* zeroed, aligned as malloc; may be grown */
void *msc_grow(void *block, size_t count, size_t size);          /* realloc of a msc_alloc_zero or msc_grow block */
void msc_release(void *block);                                   /* frees any of them; accepts NULL */
void msc_give_back(void);                                        /* what is free goes back to the system, where it can */
void msc_give_back_large(void);                                  /* from now on large blocks go back when they are freed: for a program, */
                                                                 /* not for a library in somebody's process */
char *msc_copy_text(const char *text);                           /* NULL for NULL; free with msc_release */

/* Drops what is no whole UTF-8 character at the end: of a text that was cut to the room there was. */
void msc_trim_text(char *text);

/* Makes room for `wanted` elements of `size` bytes: doubles *capacity as needed. Returns 0 when memory is out, and
 * then *block is still valid. *block comes from this call (or NULL). */
int msc_reserve(void **block, size_t *capacity, size_t wanted, size_t size);

/* a * b, or SIZE_MAX when that overflows. */
size_t msc_mul_size(size_t a, size_t b);
#endif
