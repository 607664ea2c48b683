/*
** A VFS for SQLite over the platform's own: files below a machine's folder are images in memory
** that reach the real file when they are synced (image.c, machine.c); all others pass straight
** through. Locks and the shared memory of the WAL are the real file's.
*/
#include "simdisk.h"
#include <string.h>
#include <stdio.h>
#include <unistd.h>
SQLITE_EXTENSION_INIT1

#define API __attribute__((visibility("default")))
/* A sector that tears spoils no byte outside what was written. Nothing else is promised. */
#define KEPT_PROMISES \
  (SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN | SQLITE_IOCAP_IMMUTABLE)
#define HELD_BACK                                                                        \
  (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL)
#define FILE_OF(p) ((File *)(p))
#define REAL(p) (FILE_OF(p)->real)

File *sd_files;
Image *sd_images;
sqlite3_vfs *sd_real;
static sqlite3_mutex *mutex;
static sqlite3_vfs shim;
static int seeded;
static Coins random_coins;

void sd_lock(void) { sqlite3_mutex_enter(mutex); }
void sd_unlock(void) { sqlite3_mutex_leave(mutex); }

/* The files. */

static int x_close(sqlite3_file *base) {
  File *file = FILE_OF(base);
  sd_lock();
  char leftover[2048] = "";
  if (file->image) {
    Image *image = file->image;
    int gone = (image->dead || machine_frozen(image->machine)) && image->named;
    if (gone && file->is_database && image->files == 1)
      snprintf(leftover, sizeof leftover, "%s-shm", image->path);
    image_close(file);
  }
  *file->link = file->next;
  if (file->next) file->next->link = file->link;
  int rc = file->real->pMethods->xClose(file->real);
  /* It would have gone with the machine; a next life finds none. */
  if (leftover[0]) unlink(leftover);
  sd_unlock();
  return rc;
}

static int x_read(sqlite3_file *base, void *bytes, int amount, i64 offset) {
  Image *image = FILE_OF(base)->image;
  if (!image) return REAL(base)->pMethods->xRead(REAL(base), bytes, amount, offset);
  sd_lock();
  Verdict verdict = machine_asks(image->machine, OP_READ);
  int rc = verdict.rc;
  if (rc == SQLITE_OK) {
    rc = image_read(image, bytes, amount, offset);
    rc = machine_ends(image->machine, verdict, rc);
  }
  sd_unlock();
  return rc;
}

static int write_held(Image *image, const void *bytes, int amount, i64 offset) {
  if (image->dead) return SQLITE_IOERR;
  Verdict verdict = machine_asks(image->machine, OP_WRITE);
  if (verdict.rc != SQLITE_OK) return verdict.rc;
  int rc = SQLITE_OK;
  if (offset + amount > image->size && !machine_grows(image->machine)) {
    rc = SQLITE_FULL;
  } else {
    int written = verdict.fault == FAULT_TORN ? amount / 2 : amount;
    rc = image_write(image, bytes, written, offset);
    machine_wrote(image->machine, image, offset, written);
    if (rc == SQLITE_OK && image->through) rc = image_flush(image);
  }
  return machine_ends(image->machine, verdict, rc);
}

static int x_write(sqlite3_file *base, const void *bytes, int amount, i64 offset) {
  Image *image = FILE_OF(base)->image;
  if (!image) return REAL(base)->pMethods->xWrite(REAL(base), bytes, amount, offset);
  sd_lock();
  int rc = write_held(image, bytes, amount, offset);
  sd_unlock();
  return rc;
}

static int x_truncate(sqlite3_file *base, i64 size) {
  Image *image = FILE_OF(base)->image;
  if (!image) return REAL(base)->pMethods->xTruncate(REAL(base), size);
  sd_lock();
  Verdict verdict = machine_asks(image->machine, OP_TRUNCATE);
  int rc = image->dead ? SQLITE_IOERR : verdict.rc;
  if (rc == SQLITE_OK) {
    image_truncate(image, size);
    if (image->through) rc = image_flush(image);
    rc = machine_ends(image->machine, verdict, rc);
  }
  sd_unlock();
  return rc;
}

static int x_sync(sqlite3_file *base, int flags) {
  Image *image = FILE_OF(base)->image;
  if (!image) return REAL(base)->pMethods->xSync(REAL(base), flags);
  sd_lock();
  Verdict verdict = machine_asks(image->machine, OP_SYNC);
  int rc = image->dead ? SQLITE_IOERR : verdict.rc;
  if (rc == SQLITE_OK) {
    if (verdict.fault == FAULT_LOST)
      image_forget_dirty(image);
    else
      rc = image_flush(image);
    rc = machine_ends(image->machine, verdict, rc);
  }
  sd_unlock();
  return rc;
}

static int x_file_size(sqlite3_file *base, i64 *size) {
  Image *image = FILE_OF(base)->image;
  if (!image) return REAL(base)->pMethods->xFileSize(REAL(base), size);
  sd_lock();
  *size = image->size;
  sd_unlock();
  return SQLITE_OK;
}

static int x_lock(sqlite3_file *base, int level) {
  return REAL(base)->pMethods->xLock(REAL(base), level);
}

static int x_unlock(sqlite3_file *base, int level) {
  return REAL(base)->pMethods->xUnlock(REAL(base), level);
}

static int x_check_reserved(sqlite3_file *base, int *reserved) {
  return REAL(base)->pMethods->xCheckReservedLock(REAL(base), reserved);
}

static int x_control(sqlite3_file *base, int op, void *argument) {
  if (FILE_OF(base)->image) switch (op) {
      /* They would grow or map the real file. */
      case SQLITE_FCNTL_SIZE_HINT:
      case SQLITE_FCNTL_CHUNK_SIZE: return SQLITE_OK;
      case SQLITE_FCNTL_MMAP_SIZE:
      case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE: return SQLITE_NOTFOUND;
    }
  return REAL(base)->pMethods->xFileControl(REAL(base), op, argument);
}

static int x_sector_size(sqlite3_file *base) {
  return REAL(base)->pMethods->xSectorSize(REAL(base));
}

static int x_characteristics(sqlite3_file *base) {
  int real = REAL(base)->pMethods->xDeviceCharacteristics(REAL(base));
  return FILE_OF(base)->image ? real & KEPT_PROMISES : real;
}

static int x_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **at) {
  Image *image = FILE_OF(base)->image;
  sqlite3_file *real = REAL(base);
  if (image && extend) {
    int rc = real->pMethods->xShmMap(real, page, size, 0, at);
    if (rc != SQLITE_OK || *at) return rc;
    sd_lock();
    int grows = machine_grows(image->machine);
    sd_unlock();
    if (!grows) return SQLITE_IOERR_SHMSIZE;
  }
  return real->pMethods->xShmMap(real, page, size, extend, at);
}

static int x_shm_lock(sqlite3_file *base, int offset, int count, int flags) {
  return REAL(base)->pMethods->xShmLock(REAL(base), offset, count, flags);
}

static void x_shm_barrier(sqlite3_file *base) { REAL(base)->pMethods->xShmBarrier(REAL(base)); }

static int x_shm_unmap(sqlite3_file *base, int remove) {
  return REAL(base)->pMethods->xShmUnmap(REAL(base), remove);
}

static const sqlite3_io_methods methods = {
    2, x_close, x_read, x_write, x_truncate, x_sync, x_file_size, x_lock, x_unlock,
    x_check_reserved, x_control, x_sector_size, x_characteristics, x_shm_map, x_shm_lock,
    x_shm_barrier, x_shm_unmap, NULL, NULL};

/* The file system. */

static int open_locked(File *file, const char *path, int flags, int *out) {
  int held = path && (flags & HELD_BACK) && !(flags & SQLITE_OPEN_DELETEONCLOSE);
  Machine *machine = held ? machine_of(path) : NULL;
  Verdict verdict = machine_asks(machine, OP_OPEN);
  if (verdict.rc != SQLITE_OK) return verdict.rc;
  if (held) image_remake(path);
  Image *known = held ? image_named(path) : NULL;
  if (known && known->dead) return SQLITE_CANTOPEN;
  int given = flags;
  int rc = sd_real->xOpen(sd_real, path, file->real, flags, &given);
  if (rc != SQLITE_OK) return rc;
  file->path = path;
  file->writable = (given & SQLITE_OPEN_READWRITE) != 0;
  file->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  if (machine || known) file->image = image_open(file, path, machine, &rc);
  if (rc == SQLITE_OK) rc = machine_ends(machine, verdict, rc);
  if (rc != SQLITE_OK) {
    if (file->image) image_close(file);
    file->real->pMethods->xClose(file->real);
    return rc;
  }
  file->next = sd_files;
  file->link = &sd_files;
  if (file->next) file->next->link = &file->next;
  sd_files = file;
  if (out) *out = given;
  return SQLITE_OK;
}

static int x_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out) {
  File *file = FILE_OF(base);
  memset(file, 0, (size_t)vfs->szOsFile);
  file->real = (sqlite3_file *)(file + 1);
  sd_lock();
  int rc = open_locked(file, path, flags, out);
  sd_unlock();
  if (rc == SQLITE_OK) file->base.pMethods = &methods;
  return rc;
}

static int delete_locked(const char *path, int sync_folder) {
  Machine *machine = machine_of(path);
  Image *image = image_named(path);
  /* The dead delete nothing, and need not know. */
  if (machine_frozen(machine) || (image && image->dead)) return SQLITE_OK;
  Verdict verdict = machine_asks(machine, OP_DELETE);
  if (verdict.rc != SQLITE_OK) return verdict.rc;
  int rc = sd_real->xDelete(sd_real, path, sync_folder);
  if (rc == SQLITE_OK) image_unname(path);
  return machine_ends(machine, verdict, rc);
}

static int x_delete(sqlite3_vfs *vfs, const char *path, int sync_folder) {
  sd_lock();
  int rc = delete_locked(path, sync_folder);
  sd_unlock();
  return rc;
}

/* A file that exists with nothing in it is none: what counts is the image. */
static int x_access(sqlite3_vfs *vfs, const char *path, int flags, int *found) {
  sd_lock();
  int rc = sd_real->xAccess(sd_real, path, flags, found);
  if (rc == SQLITE_OK && flags == SQLITE_ACCESS_EXISTS) {
    image_remake(path);
    Image *image = image_named(path);
    if (image) *found = image->size > 0;
  }
  sd_unlock();
  return rc;
}

static int x_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out) {
  return sd_real->xFullPathname(sd_real, path, size, out);
}
static void *x_dl_open(sqlite3_vfs *vfs, const char *path) { return sd_real->xDlOpen(sd_real, path); }
static void x_dl_error(sqlite3_vfs *vfs, int size, char *text) {
  sd_real->xDlError(sd_real, size, text);
}
static void (*x_dl_sym(sqlite3_vfs *vfs, void *library, const char *name))(void) {
  return sd_real->xDlSym(sd_real, library, name);
}
static void x_dl_close(sqlite3_vfs *vfs, void *library) { sd_real->xDlClose(sd_real, library); }

static int x_randomness(sqlite3_vfs *vfs, int size, char *out) {
  if (!seeded) return sd_real->xRandomness(sd_real, size, out);
  for (int at = 0; at < size; at++) out[at] = (char)coin_next(&random_coins);
  return size;
}
static int x_sleep(sqlite3_vfs *vfs, int microseconds) {
  return sd_real->xSleep(sd_real, microseconds);
}
static int x_time(sqlite3_vfs *vfs, double *now) { return sd_real->xCurrentTime(sd_real, now); }
static int x_last_error(sqlite3_vfs *vfs, int size, char *text) {
  return sd_real->xGetLastError(sd_real, size, text);
}
static int x_time_ms(sqlite3_vfs *vfs, i64 *now) {
  return sd_real->xCurrentTimeInt64(sd_real, now);
}

/* Make SQLite's own random numbers (the salts of a WAL) follow from a seed. */
API void sd_seed(uint64_t seed) {
  sd_lock();
  seeded = 1;
  random_coins.state = seed;
  sd_unlock();
  sqlite3_randomness(0, NULL);
}

API int sqlite3_simdisk_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  if (mutex) return SQLITE_OK_LOAD_PERMANENTLY;
  mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
  sd_real = sqlite3_vfs_find(NULL);
  if (!mutex || !sd_real) return SQLITE_NOMEM;
  shim = *sd_real;
  shim.iVersion = 2;
  shim.szOsFile = (int)sizeof(File) + sd_real->szOsFile;
  shim.pNext = NULL;
  shim.zName = "simdisk";
  shim.xOpen = x_open;
  shim.xDelete = x_delete;
  shim.xAccess = x_access;
  shim.xFullPathname = x_full_path;
  shim.xDlOpen = x_dl_open;
  shim.xDlError = x_dl_error;
  shim.xDlSym = x_dl_sym;
  shim.xDlClose = x_dl_close;
  shim.xRandomness = x_randomness;
  shim.xSleep = x_sleep;
  shim.xCurrentTime = x_time;
  shim.xGetLastError = x_last_error;
  shim.xCurrentTimeInt64 = x_time_ms;
  int rc = sqlite3_vfs_register(&shim, 1);
  return rc == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : rc;
}
