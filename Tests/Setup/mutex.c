// What the thread sanitizer has to see of Swift's Mutex: how a thread that has waited for one gets it.
//
// Swift's library has that compiled without the sanitizer, which therefore takes everything that a contended Mutex guards for
// a race. Linked into the program, this comes before the library's own. It leaves the word of the lock as the library's does
// while nobody waits (the number of the thread that holds it, or zero), so that what is compiled into the program unlocks it.

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void lock_slow(uint32_t thread, __attribute__((swift_context)) _Atomic uint32_t *word) {
    uint32_t expected = 0;
    while (!atomic_compare_exchange_weak_explicit(word, &expected, thread, memory_order_acquire, memory_order_relaxed)) {
        expected = 0;
        sched_yield();
    }
}
