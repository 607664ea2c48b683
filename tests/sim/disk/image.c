/*
** Images: the bytes of a file as its machine's operating system holds them, which of them the real
** file does not have yet, and the two ways these go: to the real file, or with the power.
*/
#include "simdisk.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
SQLITE_EXTENSION_INIT3

/* The most that a real file takes at once: SQLite's own never ask for more than 128 KiB. */
#define PIECE 65536
#define WORD(s) ((s) >> 6)
#define BIT(s) (UINT64_C(1) << ((s) & 63))

static i64 sectors(i64 bytes) { return (bytes + SECTOR - 1) / SECTOR; }

static int is_dirty(const Image *image, i64 s) { return (image->dirty[WORD(s)] & BIT(s)) != 0; }

/* A writable real file of the image; NULL where none is open. Only called with the mutex held, so
** that its file position is ours. */
static sqlite3_file *writer_of(const Image *image) {
  for (File *file = image->first; file; file = file->next_of_image)
    if (file->writable) return file->real;
  return NULL;
}

static int make_room(Image *image, i64 size) {
  if (size <= image->room) return SQLITE_OK;
  i64 room = image->room ? image->room : 64 * SECTOR;
  while (room < size) room *= 2;
  unsigned char *data = realloc(image->data, (size_t)room);
  if (!data) return SQLITE_IOERR_NOMEM;
  memset(data + image->room, 0, (size_t)(room - image->room));
  image->data = data;
  size_t had = (size_t)(image->room / SECTOR / 64), has = (size_t)(room / SECTOR / 64 + 1);
  if (image->dirty) had += 1;
  uint64_t *dirty = realloc(image->dirty, has * sizeof *dirty);
  if (!dirty) return SQLITE_IOERR_NOMEM;
  memset(dirty + had, 0, (has - had) * sizeof *dirty);
  image->dirty = dirty;
  image->room = room;
  return SQLITE_OK;
}

static void clean_all(Image *image) {
  for (i64 word = WORD(image->low); image->low < image->high && word <= WORD(image->high - 1); word++)
    image->dirty[word] = 0;
  image->low = image->high = 0;
}

static void mark(Image *image, i64 from, i64 to) {
  i64 first = from / SECTOR, last = sectors(to);
  for (i64 s = first; s < last; s++) image->dirty[WORD(s)] |= BIT(s);
  if (image->low >= image->high) {
    image->low = first;
    image->high = last;
  } else {
    if (first < image->low) image->low = first;
    if (last > image->high) image->high = last;
  }
}

/* Put sectors [first, last) into the real file. */
static int put(Image *image, sqlite3_file *real, i64 first, i64 last) {
  i64 from = first * SECTOR, to = last * SECTOR;
  if (to > image->size) to = image->size;
  if (from >= to) return SQLITE_OK;
  for (i64 at = from; at < to; at += PIECE) {
    int amount = (int)(to - at < PIECE ? to - at : PIECE);
    int rc = real->pMethods->xWrite(real, image->data + at, amount, at);
    if (rc != SQLITE_OK) return rc;
    if (at + amount > image->disk_size) image->disk_size = at + amount;
  }
  return SQLITE_OK;
}

static int resize_real(Image *image, sqlite3_file *real, i64 size) {
  int rc = real->pMethods->xTruncate(real, size);
  if (rc == SQLITE_OK) image->disk_size = size;
  return rc;
}

static uint64_t hash_of(const char *text) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
  return hash;
}

Image *image_named(const char *path) {
  uint64_t hash = hash_of(path);
  for (Image *image = sd_images; image; image = image->next)
    if (image->named && image->hash == hash && strcmp(image->path, path) == 0) return image;
  return NULL;
}

/* The name was deleted: who has the file open goes on with it, as with an unlinked one. */
void image_unname(const char *path) {
  Image *image = image_named(path);
  if (image) image->named = 0;
}

/* Unname an image whose file was deleted or replaced from outside. */
void image_remake(const char *path) {
  Image *image = image_named(path);
  struct stat found;
  if (!image) return;
  if (stat(path, &found) == 0 && found.st_ino == image->inode && found.st_dev == image->device)
    return;
  image->named = 0;
}

static int load(Image *image, sqlite3_file *real) {
  i64 size = 0;
  int rc = real->pMethods->xFileSize(real, &size);
  if (rc == SQLITE_OK) rc = make_room(image, size > 0 ? size : 1);
  for (i64 at = 0; rc == SQLITE_OK && at < size; at += PIECE) {
    int amount = (int)(size - at < PIECE ? size - at : PIECE);
    rc = real->pMethods->xRead(real, image->data + at, amount, at);
  }
  image->size = image->disk_size = image->least = size;
  return rc;
}

static void discard(Image *image) {
  Image **link = &sd_images;
  while (*link && *link != image) link = &(*link)->next;
  if (*link) *link = image->next;
  free(image->path);
  free(image->data);
  free(image->dirty);
  free(image);
}

/* Return the image of a real file that has just been opened; made from it where there is none. */
Image *image_open(File *file, const char *path, Machine *machine, int *rc) {
  Image *image = image_named(path);
  if (!image) {
    struct stat found;
    image = calloc(1, sizeof *image);
    if (!image) {
      *rc = SQLITE_NOMEM;
      return NULL;
    }
    image->next = sd_images;
    sd_images = image;
    image->path = strdup(path);
    image->hash = hash_of(path);
    image->machine = machine;
    image->named = 1;
    if (stat(path, &found) == 0) {
      image->device = found.st_dev;
      image->inode = found.st_ino;
    }
    *rc = image->path ? load(image, file->real) : SQLITE_NOMEM;
    if (*rc != SQLITE_OK) {
      discard(image);
      return NULL;
    }
  }
  image->files++;
  file->next_of_image = image->first;
  image->first = file;
  return image;
}

/* Called while `file` is still open. The last writer to close leaves the file whole. */
void image_close(File *file) {
  Image *image = file->image;
  int others = 0;
  for (File *other = image->first; other; other = other->next_of_image)
    if (other != file && other->writable) others = 1;
  if (file->writable && !others && !image->dead && !machine_frozen(image->machine))
    image_flush(image);
  File **link = &image->first;
  while (*link != file) link = &(*link)->next_of_image;
  *link = file->next_of_image;
  if (--image->files == 0) discard(image);
}

int image_read(Image *image, void *bytes, int amount, i64 offset) {
  i64 have = image->size - offset;
  if (have >= amount) {
    memcpy(bytes, image->data + offset, (size_t)amount);
    return SQLITE_OK;
  }
  if (have < 0) have = 0;
  memcpy(bytes, image->data + (have ? offset : 0), (size_t)have);
  memset((char *)bytes + have, 0, (size_t)(amount - have));
  return SQLITE_IOERR_SHORT_READ;
}

int image_write(Image *image, const void *bytes, int amount, i64 offset) {
  int rc = make_room(image, offset + amount);
  if (rc != SQLITE_OK || amount <= 0) return rc;
  memcpy(image->data + offset, bytes, (size_t)amount);
  /* What a gap holds is zero, also where the real file still has what was cut off. */
  mark(image, offset < image->size ? offset : image->size, offset + amount);
  if (offset + amount > image->size) image->size = offset + amount;
  return SQLITE_OK;
}

void image_truncate(Image *image, i64 size) {
  if (size >= image->size) {
    if (size == image->size || make_room(image, size) != SQLITE_OK) return;
    mark(image, image->size, size);
    image->size = size;
    return;
  }
  memset(image->data + size, 0, (size_t)(image->size - size));
  for (i64 s = sectors(size); s < image->high; s++) image->dirty[WORD(s)] &= ~BIT(s);
  if (image->high > sectors(size)) image->high = sectors(size);
  if (image->low > image->high) image->low = image->high;
  image->size = size;
  if (size < image->least) image->least = size;
}

/* Bring the real file to what the image is. */
int image_flush(Image *image) {
  if (image->low >= image->high && image->size == image->disk_size) {
    image->least = image->size;
    return SQLITE_OK;
  }
  sqlite3_file *real = writer_of(image);
  if (!real) return SQLITE_IOERR_FSYNC;
  if (image->size < image->disk_size) {
    int rc = resize_real(image, real, image->size);
    if (rc != SQLITE_OK) return rc;
  }
  for (i64 s = image->low; s < image->high;) {
    if (!image->dirty[WORD(s)]) {
      s = (s | 63) + 1;
      continue;
    }
    i64 first = s;
    while (s < image->high && is_dirty(image, s)) s++;
    if (s == first) {
      s++;
      continue;
    }
    int rc = put(image, real, first, s);
    if (rc != SQLITE_OK) return rc;
  }
  clean_all(image);
  image->least = image->size;
  return SQLITE_OK;
}

/* What Linux does after a failed fsync: the pages count as clean, and never reached the disk. */
void image_forget_dirty(Image *image) {
  clean_all(image);
  image->least = image->size;
}

/* The power goes: each unsynced sector, and the size, reached the real file or did not. Without a
** seed none did. How many do differs from file to file: from none through some to all. */
void image_lose(Image *image, const uint64_t *seed, uint64_t salt, Counts *counts) {
  static const unsigned chances[] = {0, 32, 128, 224, 256};
  const char *slash = strrchr(image->path, '/');
  Coins coins = {(seed ? *seed : 0) ^ hash_of(slash ? slash : image->path) ^ salt};
  unsigned chance = seed ? chances[coin_next(&coins) % 5] : 0;
  sqlite3_file *real = writer_of(image);
  if (real && image->least < image->disk_size && coin_next(&coins) % 256 < chance)
    resize_real(image, real, image->least);
  for (i64 s = image->low; s < image->high; s++) {
    if (!is_dirty(image, s)) continue;
    if (real && coin_next(&coins) % 256 < chance && put(image, real, s, s + 1) == SQLITE_OK)
      counts->sectors_kept++;
    else
      counts->sectors_lost++;
  }
  if (real && image->size != image->disk_size && coin_next(&coins) % 256 < chance)
    resize_real(image, real, image->size);
  clean_all(image);
  image->least = image->disk_size;
}

/* The OS writes back as it likes: about half of the sectors of [from, to), before any sync. */
void image_trickle(Image *image, Coins *coins, i64 from, i64 to) {
  sqlite3_file *real = writer_of(image);
  if (!real) return;
  if (image->size < image->disk_size && coin_next(coins) % 2) resize_real(image, real, image->size);
  for (i64 s = from / SECTOR; s < sectors(to); s++)
    if (is_dirty(image, s) && coin_next(coins) % 2 && put(image, real, s, s + 1) == SQLITE_OK)
      image->dirty[WORD(s)] &= ~BIT(s);
}
