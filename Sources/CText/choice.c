// Which implementation does the work on this machine.
#include "implementations.h"

#if defined(__SSE2__) || defined(__aarch64__)
const struct text_implementation *text_chosen = &text_baseline;
#else
const struct text_implementation *text_chosen = &text_scalar;
#endif

#if defined(__x86_64__)
__attribute__((constructor)) static void choose(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt")) {
        text_chosen = &text_avx2;
    }
}
#endif

const struct text_implementation *text_implementation_at(size_t index) {
    const struct text_implementation *const all[] = {
        &text_scalar,
#if defined(__SSE2__) || defined(__aarch64__)
        &text_baseline,
#endif
#if defined(__x86_64__)
        text_chosen == &text_avx2 ? &text_avx2 : NULL,
#endif
    };
    return index < sizeof all / sizeof *all ? all[index] : NULL;
}
