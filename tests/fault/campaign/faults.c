/* Put faults into a process's calls on the files below one folder, or write down what it does to them.

   Loaded with LD_PRELOAD, and armed by fault_arm(). Every call of a wanted kind is counted; the one with the wanted number
   is where the process is killed, or where an error is returned. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, NAME = 4, CREATE = 8, TRUNCATE = 16, OPEN = 32, READ = 64 };
enum { COUNT, KILL_BEFORE, KILL_HALF, FAIL_ONCE, FAIL_ON };
enum { E_WRITE = 1, E_SYNC, E_RENAME, E_LINK, E_UNLINK, E_MKDIR, E_CREATE, E_OPEN, E_TRUNCATE, E_SYNC_ALL };
enum { FILES = 4096 };

static char below[PATH_MAX];
static size_t below_length;
static int mode, error, kinds, recording = -1;
static long wanted;
static char open_below[FILES]; /* by descriptor */
static volatile long *shared; /* how many calls were counted, also for the process that forked this one */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

__attribute__((constructor)) static void prepare(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        abort();
}

void fault_arm(const char *folder, int mode_, long number, int error_, int kinds_, const char *record)
{
    below_length = (size_t)snprintf(below, sizeof below, "%s/", folder);
    mode = mode_, wanted = number, error = error_, kinds = kinds_;
    *shared = 0;
    if (*record)
        recording = open(record, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
}

void fault_disarm(void) { below_length = 0; }

long fault_count(void) { return *shared; }

static void whole_path(int folder, const char *path, char *into)
{
    if (*path == '/') {
        snprintf(into, PATH_MAX, "%s", path);
        return;
    }
    char base[PATH_MAX] = "", link[64];
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base))
            base[0] = 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, base, sizeof base - 1);
        base[length < 0 ? 0 : length] = 0;
    }
    if (strlen(base) + strlen(path) + 2 > PATH_MAX)
        into[0] = 0;
    else
        stpcpy(stpcpy(stpcpy(into, base), "/"), path);
}

static int is_below(const char *path)
{
    if (!below_length)
        return 0;
    return !strncmp(path, below, below_length) || !strncmp(path, below, below_length - 1) && !path[below_length - 1];
}

static int is_ours(int file) { return below_length && file >= 0 && file < FILES && open_below[file]; }

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Count a call; say whether it must fail (1), be cut in half (2), or go on (0). */
static int strike(int kind)
{
    if (!(kind & kinds))
        return 0;
    long number = __atomic_add_fetch(shared, 1, __ATOMIC_SEQ_CST);
    if (mode == COUNT || number < wanted || (mode != FAIL_ON && number > wanted))
        return 0;
    if (mode == KILL_BEFORE)
        die();
    if (mode == KILL_HALF)
        return 2;
    errno = error;
    return 1;
}

static void record(int what, int file, int64_t offset, const char *path, const void *bytes, size_t length)
{
    if (recording < 0)
        return;
    int before = errno;
    struct { uint32_t what; int32_t file; int64_t offset; uint32_t path, length; } head
        = { (uint32_t)what, file, offset, (uint32_t)strlen(path), (uint32_t)length };
    struct iovec parts[] = { { &head, sizeof head }, { (void *)path, head.path }, { (void *)bytes, length } };
    pthread_mutex_lock(&one_at_a_time);
    if (REAL(writev)(recording, parts, 3) != (ssize_t)(sizeof head + head.path + length))
        abort();
    pthread_mutex_unlock(&one_at_a_time);
    errno = before;
}

/* opening and closing */

static int opened(const char *name, int folder, const char *path, int flags, mode_t permissions)
{
    char whole[PATH_MAX];
    struct stat there;
    if (below_length)
        whole_path(folder, path, whole);
    int ours = below_length && is_below(whole), is_new = 0, struck = 0;
    if (ours) {
        is_new = (flags & O_CREAT) && lstat(whole, &there) != 0;
        struck = strike(flags & O_CREAT ? CREATE : OPEN);
        if (struck == 1)
            return -1;
    }
    int file;
    if (strstr(name, "at"))
        file = ((int (*)(int, const char *, int, mode_t))real(name))(folder, path, flags, permissions);
    else
        file = ((int (*)(const char *, int, mode_t))real(name))(path, flags, permissions);
    if (struck == 2)
        die();
    if (file >= 0 && file < FILES)
        open_below[file] = (char)ours;
    if (file >= 0 && ours) {
        if (is_new)
            record(E_CREATE, file, 0, whole, "", 0);
        record(E_OPEN, file, 0, whole, "", 0);
        if (flags & O_TRUNC)
            record(E_TRUNCATE, file, 0, "", "", 0);
    }
    return file;
}

#define OPENING(name)                                        \
    int name(const char *path, int flags, ...)               \
    {                                                        \
        va_list rest;                                        \
        va_start(rest, flags);                               \
        mode_t permissions = va_arg(rest, mode_t);           \
        va_end(rest);                                        \
        return opened(#name, AT_FDCWD, path, flags, permissions); \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                     \
    int name(int folder, const char *path, int flags, ...)   \
    {                                                        \
        va_list rest;                                        \
        va_start(rest, flags);                               \
        mode_t permissions = va_arg(rest, mode_t);           \
        va_end(rest);                                        \
        return opened(#name, folder, path, flags, permissions); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int file)
{
    if (file >= 0 && file < FILES)
        open_below[file] = 0;
    return REAL(close)(file);
}

/* reading and writing */

static ssize_t wrote(int file, const void *bytes, size_t length, off_t offset, int positioned)
{
    int ours = is_ours(file), struck = ours ? strike(WRITE) : 0;
    if (struck == 1)
        return -1;
    if (struck == 2)
        length /= 2;
    if (ours && !positioned) {
        int appends = fcntl(file, F_GETFL) & O_APPEND;
        offset = lseek(file, 0, appends ? SEEK_END : SEEK_CUR);
    }
    ssize_t done = positioned ? REAL(pwrite64)(file, bytes, length, offset) : REAL(write)(file, bytes, length);
    if (struck == 2)
        die();
    if (ours && done > 0)
        record(E_WRITE, file, offset, "", bytes, (size_t)done);
    return done;
}

ssize_t write(int file, const void *bytes, size_t length) { return wrote(file, bytes, length, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) { return wrote(file, bytes, length, at, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) { return wrote(file, bytes, length, at, 1); }

ssize_t writev(int file, const struct iovec *parts, int count)
{
    if (!is_ours(file))
        return REAL(writev)(file, parts, count);
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        ssize_t done = wrote(file, parts[i].iov_base, parts[i].iov_len, 0, 0);
        if (done < 0)
            return all ? all : -1;
        all += done;
    }
    return all;
}

ssize_t read(int file, void *bytes, size_t length)
{
    return is_ours(file) && strike(READ) == 1 ? -1 : REAL(read)(file, bytes, length);
}

ssize_t pread(int file, void *bytes, size_t length, off_t at)
{
    return is_ours(file) && strike(READ) == 1 ? -1 : REAL(pread)(file, bytes, length, at);
}

ssize_t pread64(int file, void *bytes, size_t length, off64_t at)
{
    return is_ours(file) && strike(READ) == 1 ? -1 : REAL(pread64)(file, bytes, length, at);
}

#define ON_OPEN(name, kind, arguments, passed, event, offset)  \
    int name arguments                                         \
    {                                                          \
        int struck = is_ours(file) ? strike(kind) : 0;         \
        if (struck == 1)                                       \
            return -1;                                         \
        int done = REAL(name) passed;                          \
        if (struck == 2)                                       \
            die();                                             \
        if (!done && is_ours(file))                            \
            record(event, file, offset, "", "", 0);            \
        return done;                                           \
    }
ON_OPEN(fsync, SYNC, (int file), (file), E_SYNC, 0)
ON_OPEN(fdatasync, SYNC, (int file), (file), E_SYNC, 0)
ON_OPEN(syncfs, SYNC, (int file), (file), E_SYNC_ALL, 0)
ON_OPEN(ftruncate, TRUNCATE, (int file, off_t length), (file, length), E_TRUNCATE, length)
ON_OPEN(ftruncate64, TRUNCATE, (int file, off64_t length), (file, length), E_TRUNCATE, length)

/* names */

#define NAMING(name, arguments, passed, event, from_folder, from, to_folder, to)  \
    int name arguments                                                            \
    {                                                                             \
        char first[PATH_MAX] = "", second[PATH_MAX] = "";                         \
        if (below_length) {                                                       \
            whole_path(from_folder, from, first);                                 \
            whole_path(to_folder, to, second);                                    \
        }                                                                         \
        int ours = is_below(first) || is_below(second), struck = ours ? strike(NAME) : 0; \
        if (struck == 1)                                                          \
            return -1;                                                            \
        int done = REAL(name) passed;                                             \
        if (struck == 2)                                                          \
            die();                                                                \
        if (!done && ours)                                                        \
            record(event, -1, 0, first, second, strlen(second));                  \
        return done;                                                              \
    }
NAMING(rename, (const char *from, const char *to), (from, to), E_RENAME, AT_FDCWD, from, AT_FDCWD, to)
NAMING(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), E_RENAME, a, from, b, to)
NAMING(link, (const char *from, const char *to), (from, to), E_LINK, AT_FDCWD, from, AT_FDCWD, to)
NAMING(linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), E_LINK, a, from, b, to)
NAMING(unlink, (const char *path), (path), E_UNLINK, AT_FDCWD, path, AT_FDCWD, path)
NAMING(rmdir, (const char *path), (path), E_UNLINK, AT_FDCWD, path, AT_FDCWD, path)
NAMING(unlinkat, (int a, const char *path, int flags), (a, path, flags), E_UNLINK, a, path, a, path)
NAMING(mkdir, (const char *path, mode_t permissions), (path, permissions), E_MKDIR, AT_FDCWD, path, AT_FDCWD, path)
