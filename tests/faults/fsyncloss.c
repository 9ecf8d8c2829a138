/* Power cuts for tests, as a library to preload.
 *
 * Watches every file below PC_DIR. At the PC_AT-th operation (write, truncation or sync) it takes
 * back all that was not synced by then, as a disk without power would, and kills the process.
 * The same PC_AT and PC_SEED always do the same.
 *
 *   PC_TORN=1   of each unsynced write a random choice of its 512-byte sectors stays
 *   PC_LIE=1    the disk only says that it has synced
 *
 * The variables are read at the first operation after PC_DIR is set, so a process may be forked
 * from one that has loaded everything. Real syncs are left out: only this library's word counts.
 * Not followed: maps of files in memory, renames, removals.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define FILES 64
#define DESCRIPTORS 4096

/* What stood at `offset` before, as far as the file went; `size` is the file's before. */
struct change {
    off_t offset, length, kept, size;
    unsigned char *before;
    struct change *earlier;
};

struct file {
    dev_t device;
    ino_t inode;
    int own; /* a descriptor of ours, for what is taken back */
    struct change *last;
};

static struct file files[FILES];
static int file_count;
static struct file *of_descriptor[DESCRIPTORS];
static const char *folder;
static long operations, cut_at;
static int torn, lies;
static uint64_t chance;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int armed(void) {
    if (folder) return 1;
    const char *named = getenv("PC_DIR");
    if (!named || !*named) return 0;
    folder = strdup(named);
    cut_at = getenv("PC_AT") ? atol(getenv("PC_AT")) : 0;
    torn = getenv("PC_TORN") != NULL;
    lies = getenv("PC_LIE") != NULL;
    chance = 88172645463325252ull ^ (getenv("PC_SEED") ? strtoull(getenv("PC_SEED"), NULL, 10) : 0);
    return 1;
}

static int coin(void) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (chance >> 33) & 1;
}

static void take_back(struct file *file, struct change *change) {
    if (change->kept) (void)!REAL(pwrite64)(file->own, change->before, change->kept, change->offset);
    (void)!REAL(ftruncate64)(file->own, change->size);
}

/* A sector that a later write left on the disk is not changed by taking back an earlier one. */
static void tear(struct file *file, struct change *change, unsigned char *stays, off_t sectors) {
    static const unsigned char zeros[SECTOR];
    for (off_t at = change->offset; at < change->offset + change->length;) {
        off_t sector = at / SECTOR, end = (sector + 1) * SECTOR;
        if (end > change->offset + change->length) end = change->offset + change->length;
        off_t done = at - change->offset, length = end - at;
        if (sector < sectors && !stays[sector]) {
            if (coin()) {
                stays[sector] = 1;
            } else {
                off_t known = change->kept - done;
                known = known < 0 ? 0 : known > length ? length : known;
                if (known) (void)!REAL(pwrite64)(file->own, change->before + done, known, at);
                if (known < length) (void)!REAL(pwrite64)(file->own, zeros, length - known, at + known);
            }
        }
        at = end;
    }
}

static void cut_power(void) {
    for (int i = 0; i < file_count; i++) {
        struct file *file = &files[i];
        struct stat now;
        if (!file->last || fstat(file->own, &now)) continue;
        off_t sectors = now.st_size / SECTOR + 1;
        unsigned char *stays = calloc(sectors, 1);
        for (struct change *each = file->last; each; each = each->earlier)
            if (torn) tear(file, each, stays, sectors);
            else take_back(file, each);
        free(stays);
    }
    raise(SIGKILL);
}

static void operate(void) {
    if (++operations == cut_at) cut_power();
}

static struct file *watched(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS ? of_descriptor[descriptor] : NULL;
}

static void watch(int descriptor, const char *path, int flags) {
    char whole[4096];
    struct stat about;
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    of_descriptor[descriptor] = NULL;
    if (!armed() || (flags & O_ACCMODE) == O_RDONLY || !realpath(path, whole)) return;
    if (strncmp(whole, folder, strlen(folder)) || fstat(descriptor, &about)) return;
    if (!S_ISREG(about.st_mode)) return;
    for (int i = 0; i < file_count; i++)
        if (files[i].device == about.st_dev && files[i].inode == about.st_ino)
            of_descriptor[descriptor] = &files[i];
    if (of_descriptor[descriptor] || file_count == FILES) return;
    struct file *file = &files[file_count++];
    file->device = about.st_dev;
    file->inode = about.st_ino;
    file->own = REAL(open64)(whole, O_RDWR | O_CLOEXEC);
    of_descriptor[descriptor] = file;
}

/* Keep what stands in [offset, offset + length), and the size. */
static void remember(struct file *file, off_t offset, off_t length) {
    struct stat about;
    struct change *change = calloc(1, sizeof *change);
    fstat(file->own, &about);
    change->offset = offset;
    change->length = length;
    change->size = about.st_size;
    if (offset < about.st_size) {
        change->before = malloc(length ? length : 1);
        ssize_t got = pread64(file->own, change->before, length, offset);
        change->kept = got > 0 ? got : 0;
    }
    change->earlier = file->last;
    file->last = change;
}

static void synced(struct file *file) {
    while (file->last && !lies) {
        struct change *done = file->last;
        file->last = done->earlier;
        free(done->before);
        free(done);
    }
}

static mode_t mode_in(int flags, va_list more) {
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(more, int) : 0;
}

#define OPEN(name)                                                  \
    int name(const char *path, int flags, ...) {                    \
        va_list more;                                               \
        va_start(more, flags);                                      \
        mode_t mode = mode_in(flags, more);                         \
        va_end(more);                                               \
        int descriptor = REAL(name)(path, flags, mode);             \
        pthread_mutex_lock(&lock);                                  \
        watch(descriptor, path, flags);                             \
        pthread_mutex_unlock(&lock);                                \
        return descriptor;                                          \
    }

OPEN(open)
OPEN(open64)

int close(int descriptor) {
    if (descriptor >= 0 && descriptor < DESCRIPTORS) of_descriptor[descriptor] = NULL;
    return REAL(close)(descriptor);
}

static void before_write(int descriptor, off_t offset, size_t length) {
    struct file *file = watched(descriptor);
    if (!file) return;
    pthread_mutex_lock(&lock);
    operate();
    remember(file, offset, length);
    pthread_mutex_unlock(&lock);
}

ssize_t write(int descriptor, const void *data, size_t length) {
    if (watched(descriptor)) before_write(descriptor, lseek64(descriptor, 0, SEEK_CUR), length);
    return REAL(write)(descriptor, data, length);
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset) {
    before_write(descriptor, offset, length);
    return REAL(pwrite)(descriptor, data, length, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset) {
    before_write(descriptor, offset, length);
    return REAL(pwrite64)(descriptor, data, length, offset);
}

static void before_truncation(int descriptor, off_t size) {
    struct stat about;
    struct file *file = watched(descriptor);
    if (!file || fstat(descriptor, &about)) return;
    before_write(descriptor, size, about.st_size > size ? about.st_size - size : 0);
}

int ftruncate(int descriptor, off_t size) {
    before_truncation(descriptor, size);
    return REAL(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    before_truncation(descriptor, size);
    return REAL(ftruncate64)(descriptor, size);
}

static int sync_of(int descriptor, int (*real)(int)) {
    struct file *file = watched(descriptor);
    if (!file) return real(descriptor);
    pthread_mutex_lock(&lock);
    operate();
    synced(file);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int descriptor) { return sync_of(descriptor, REAL(fsync)); }

int fdatasync(int descriptor) { return sync_of(descriptor, REAL(fdatasync)); }
