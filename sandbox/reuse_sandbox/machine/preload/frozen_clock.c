/* Makes the monotonic clocks of a process stand still while its container is frozen.
 *
 * The sandbox preloads this library into every process of a container and keeps, in a page that all
 * of them share, how many nanoseconds the container has been frozen so far. What a process reads of
 * a monotonic clock is the machine's value less that offset; deadlines that it states by such a
 * clock are moved the other way before the kernel sees them. The wall clock is not touched.
 *
 * Two calls state a deadline without saying by which clock: there its size shows which. A wall
 * clock has not shown less than WALL_LEAST_S seconds since 2001, and no machine has run for so long.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define PAGE_VARIABLE "LAMBDA_SANDBOX_CLOCK"
#define PAGE_BYTES 8
#define NS 1000000000LL
#define WALL_LEAST_S 1000000000LL

static const _Atomic int64_t *frozen_ns;

__attribute__((constructor)) static void open_page(void) {
    const char *path = getenv(PAGE_VARIABLE);
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) frozen_ns = page;
    close(file);
}

static int64_t offset(void) {
    return frozen_ns ? atomic_load_explicit(frozen_ns, memory_order_acquire) : 0;
}

/* Which of the clocks that stand still this is, or -1. */
static int frozen_clock(clockid_t clock) {
    switch (clock) {
    case CLOCK_MONOTONIC: return 0;
    case CLOCK_MONOTONIC_RAW: return 1;
    case CLOCK_MONOTONIC_COARSE: return 2;
    case CLOCK_BOOTTIME: return 3;
    default: return -1;
    }
}

static struct timespec from_ns(int64_t ns) {
    struct timespec value = {.tv_sec = ns / NS, .tv_nsec = ns % NS};
    return value;
}

static int64_t to_ns(const struct timespec *value) {
    return (int64_t)value->tv_sec * NS + value->tv_nsec;
}

/* The kernel's idea of a deadline by a clock that stands still. */
static struct timespec moved(const struct timespec *deadline) {
    int64_t by = offset();
    if (by == 0 || deadline->tv_sec >= INT32_MAX) return *deadline;
    return from_ns(to_ns(deadline) + by);
}

static int is_wall(const struct timespec *deadline) {
    return deadline->tv_sec >= WALL_LEAST_S;
}

/* A process reads the clock a last time when it is already said to be frozen: never go back. */
static int64_t not_before(int which, int64_t now) {
    static _Atomic int64_t latest[4];
    int64_t before = atomic_load_explicit(&latest[which], memory_order_relaxed);
    while (now > before)
        if (atomic_compare_exchange_weak(&latest[which], &before, now)) return now;
    return before;
}

/* The function of this name that this one stands before. */
#define NEXT(name) \
    static __typeof__(&name) next; \
    if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int clock_gettime(clockid_t clock, struct timespec *value) {
    NEXT(clock_gettime);
    int result = next(clock, value);
    int which = frozen_clock(clock);
    if (result == 0 && which >= 0 && frozen_ns)
        *value = from_ns(not_before(which, to_ns(value) - offset()));
    return result;
}

int clock_nanosleep(
    clockid_t clock, int flags, const struct timespec *request, struct timespec *rest
) {
    NEXT(clock_nanosleep);
    if (!(flags & TIMER_ABSTIME) || frozen_clock(clock) < 0) return next(clock, flags, request, rest);
    struct timespec deadline = moved(request);
    return next(clock, flags, &deadline, rest);
}

int pthread_cond_timedwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *request
) {
    static __typeof__(&pthread_cond_timedwait) next;
    /* On x86_64 there are two, and the older one has another layout of conditions. */
    if (!next) next = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!next) next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    if (is_wall(request)) return next(condition, mutex, request);
    struct timespec deadline = moved(request);
    return next(condition, mutex, &deadline);
}

#if __GLIBC_PREREQ(2, 30) /* those that name their clock are younger than the others */

int pthread_cond_clockwait(
    pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
    const struct timespec *request
) {
    NEXT(pthread_cond_clockwait);
    struct timespec deadline = frozen_clock(clock) < 0 ? *request : moved(request);
    return next(condition, mutex, clock, &deadline);
}

int pthread_mutex_clocklock(
    pthread_mutex_t *mutex, clockid_t clock, const struct timespec *request
) {
    NEXT(pthread_mutex_clocklock);
    struct timespec deadline = frozen_clock(clock) < 0 ? *request : moved(request);
    return next(mutex, clock, &deadline);
}

int pthread_rwlock_clockrdlock(
    pthread_rwlock_t *lock, clockid_t clock, const struct timespec *request
) {
    NEXT(pthread_rwlock_clockrdlock);
    struct timespec deadline = frozen_clock(clock) < 0 ? *request : moved(request);
    return next(lock, clock, &deadline);
}

int pthread_rwlock_clockwrlock(
    pthread_rwlock_t *lock, clockid_t clock, const struct timespec *request
) {
    NEXT(pthread_rwlock_clockwrlock);
    struct timespec deadline = frozen_clock(clock) < 0 ? *request : moved(request);
    return next(lock, clock, &deadline);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *request) {
    NEXT(sem_clockwait);
    struct timespec deadline = frozen_clock(clock) < 0 ? *request : moved(request);
    return next(semaphore, clock, &deadline);
}

#endif

/* A timer's first time, where it is stated by a clock that stands still; 0 disarms it. */
static struct itimerspec moved_timer(const struct itimerspec *request) {
    struct itimerspec timer = *request;
    if (to_ns(&timer.it_value) != 0 && !is_wall(&timer.it_value))
        timer.it_value = moved(&timer.it_value);
    return timer;
}

int timerfd_settime(
    int file, int flags, const struct itimerspec *request, struct itimerspec *before
) {
    NEXT(timerfd_settime);
    if (!(flags & TFD_TIMER_ABSTIME)) return next(file, flags, request, before);
    struct itimerspec timer = moved_timer(request);
    return next(file, flags, &timer, before);
}

int timer_settime(
    timer_t id, int flags, const struct itimerspec *request, struct itimerspec *before
) {
    NEXT(timer_settime);
    if (!(flags & TIMER_ABSTIME)) return next(id, flags, request, before);
    struct itimerspec timer = moved_timer(request);
    return next(id, flags, &timer, before);
}

/* Programs that go past the C library's functions, as Rust's locks do. */
long syscall(long number, ...) {
    NEXT(syscall);
    long a[6];
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(arguments, long);
    va_end(arguments);

    if (number == SYS_clock_gettime)
        return clock_gettime((clockid_t)a[0], (struct timespec *)a[1]);
    struct timespec deadline;
    if (number == SYS_futex && a[3] && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET
        && !(a[1] & FUTEX_CLOCK_REALTIME)) {
        deadline = moved((const struct timespec *)a[3]);
        a[3] = (long)&deadline;
    }
    if (number == SYS_clock_nanosleep && (a[1] & TIMER_ABSTIME)
        && frozen_clock((clockid_t)a[0]) >= 0) {
        deadline = moved((const struct timespec *)a[2]);
        a[2] = (long)&deadline;
    }
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
