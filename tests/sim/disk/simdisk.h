/*
** A disk for tests, under SQLite: what its three C files share.
**
**   simdisk.c   the VFS: what SQLite calls, and its registration
**   image.c     images: the bytes of a file as the OS would hold them, and what of them is unsynced
**   machine.c   machines: what is to go wrong, deaths, counts, and the functions Python calls
**
** One mutex guards everything here; whoever is named sd_... from Python or x... from SQLite takes it.
*/
#ifndef SIMDISK_H
#define SIMDISK_H
#include <sqlite3ext.h>
#include <stdint.h>
#include <sys/types.h>

#define SECTOR 512

typedef sqlite3_int64 i64;
typedef struct Machine Machine;
typedef struct Image Image;
typedef struct File File;

/* Operations, one bit each. OP_ANY are those that change something. */
enum { OP_READ = 1, OP_WRITE = 2, OP_SYNC = 4, OP_TRUNCATE = 8, OP_DELETE = 16, OP_OPEN = 32 };
#define OP_ANY (OP_WRITE | OP_SYNC | OP_TRUNCATE | OP_DELETE)

/* What an injected fault does. */
enum { NO_FAULT = 0, FAULT_ERROR = 1, FAULT_FULL = 2, FAULT_TORN = 3, FAULT_LOST = 4 };

/* What a file holds in memory: the page cache. `path` names it until it is deleted or replaced. */
struct Image {
  Image *next;
  char *path;
  uint64_t hash; /* of the path: a crowd has a thousand files, and most names begin alike */
  int named;
  dev_t device;
  ino_t inode;
  Machine *machine;
  int dead;    /* its machine is gone while it was frozen: nothing reaches the real file any more */
  int through; /* its machine is gone: every write goes straight on */
  unsigned char *data; /* zero from `size` to `room` */
  i64 size, room;
  i64 disk_size; /* of the real file */
  i64 least;     /* the smallest size since the last flush: a truncation that waits */
  uint64_t *dirty;
  i64 low, high; /* dirty sectors lie in [low, high) */
  int files;
  File *first; /* the open files of it, by `next_of_image` */
};

/* An open file. The real one lies behind it in the same allocation. */
struct File {
  sqlite3_file base;
  File *next, **link; /* among all open files; where the one before points at it */
  File *next_of_image;
  Image *image; /* NULL: straight through */
  const char *path;
  int writable, is_database;
  sqlite3_file *real;
};

/* In the order of `_Counts` in disk.py. */
typedef struct Counts {
  i64 ops, reads, writes, syncs, truncates, deletes, opens, bytes;
  i64 errors_read, errors_write, errors_sync, errors_truncate, errors_delete, errors_open;
  i64 full, torn, lost_syncs;
  i64 kills, power_losses, sectors_lost, sectors_kept;
} Counts;

/* What a coin is tossed from: splitmix64. */
typedef struct Coins {
  uint64_t state;
} Coins;

extern File *sd_files;
extern Image *sd_images;
extern sqlite3_vfs *sd_real;

void sd_lock(void);
void sd_unlock(void);

/* image.c */
Image *image_open(File *file, const char *path, Machine *machine, int *rc);
void image_close(File *file);
Image *image_named(const char *path);
void image_unname(const char *path);
void image_remake(const char *path);
int image_read(Image *image, void *bytes, int amount, i64 offset);
int image_write(Image *image, const void *bytes, int amount, i64 offset);
void image_truncate(Image *image, i64 size);
int image_flush(Image *image);
void image_forget_dirty(Image *image);
void image_lose(Image *image, const uint64_t *seed, uint64_t salt, Counts *counts);
void image_trickle(Image *image, Coins *coins, i64 from, i64 to);

/* machine.c */
typedef struct Verdict {
  int rc;        /* not SQLITE_OK: return it, do nothing */
  int fault;     /* FAULT_TORN or FAULT_LOST: do half of it, fail */
  int dies;      /* die after having done it */
} Verdict;
uint64_t coin_next(Coins *coins);
Machine *machine_of(const char *path);
Verdict machine_asks(Machine *machine, int op);
int machine_ends(Machine *machine, Verdict verdict, int rc);
int machine_grows(Machine *machine);
int machine_frozen(const Machine *machine);
void machine_wrote(Machine *machine, Image *image, i64 offset, int amount);
#endif
