// Counts what a program allocates; preloaded by Benchmarks/allocations. Says at the program's end, on standard error or in the
// file that ALLOCATIONS_FILE names: the number of malloc, calloc, realloc and aligned allocations.
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// The allocator proper, under names that glibc keeps for the purpose.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static unsigned long allocations;

static void count(void) { __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED); }

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count();
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    count();
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : ENOMEM;
}

__attribute__((destructor)) static void say(void) {
    const unsigned long total = allocations;
    const char *path = getenv("ALLOCATIONS_FILE");
    FILE *file = path ? fopen(path, "w") : stderr;
    if (file) fprintf(file, "%lu\n", total);
}
