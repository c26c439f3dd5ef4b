/* Counts what a process syncs and writes to regular files.

   It is loaded before libc (LD_PRELOAD) and adds to two numbers in the file that DISK_COUNTER
   names, which is shared memory: how many times a file was synced, and how many bytes were
   written. Standard output and error are left out: under a nucleus they are no files. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static uint64_t spare[2];
static uint64_t *counts = spare;

__attribute__((constructor)) static void open_counts(void) {
    const char *path = getenv("DISK_COUNTER");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *shared = mmap(NULL, sizeof spare, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) counts = shared;
    close(file);
}

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

static ssize_t counted(int file, ssize_t written) {
    struct stat status;
    if (written > 0 && file > STDERR_FILENO && !fstat(file, &status) && S_ISREG(status.st_mode))
        __atomic_fetch_add(&counts[1], (uint64_t)written, __ATOMIC_RELAXED);
    return written;
}

#define SYNC(name)                                                                      \
    int name(int file) {                                                                \
        static int (*next)(int);                                                        \
        if (!next) next = real(#name);                                                  \
        __atomic_fetch_add(&counts[0], 1, __ATOMIC_RELAXED);                            \
        return next(file);                                                              \
    }

#define WRITE(name, parameters, ...)                                                    \
    ssize_t name parameters {                                                           \
        static ssize_t(*next) parameters;                                               \
        if (!next) next = real(#name);                                                  \
        return counted(file, next(__VA_ARGS__));                                        \
    }

SYNC(fsync)
SYNC(fdatasync)
WRITE(write, (int file, const void *data, size_t size), file, data, size)
WRITE(pwrite, (int file, const void *data, size_t size, off_t at), file, data, size, at)
WRITE(pwrite64, (int file, const void *data, size_t size, off64_t at), file, data, size, at)
WRITE(writev, (int file, const struct iovec *parts, int count), file, parts, count)
WRITE(pwritev, (int file, const struct iovec *parts, int count, off_t at), file, parts, count, at)
