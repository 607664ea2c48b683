/*
** Machines: the folders whose files are held back, what is to go wrong on each, how they die, and
** what was counted. The functions that disk.py calls.
*/
#include "simdisk.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
SQLITE_EXTENSION_INIT3

#define RULES 16
#define API __attribute__((visibility("default")))

/* Every op of `ops` counts down; at none left it fails, `times` times (-1: until healed). */
typedef struct Rule {
  int ops, effect;
  i64 countdown, times;
} Rule;

struct Machine {
  Machine *next;
  char *folder;
  size_t length;
  int frozen, full, trickles;
  Coins trickle;
  struct {
    int ops, before, power, seeded;
    i64 countdown;
    uint64_t seed;
  } death;
  Rule rules[RULES];
  int rule_count;
  Counts counts;
};

static Machine *machines;
API i64 sd_ops;

uint64_t coin_next(Coins *coins) {
  uint64_t z = (coins->state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static int lies_in(const Machine *machine, const char *path) {
  return strncmp(path, machine->folder, machine->length) == 0 && path[machine->length] == '/';
}

/* The machine with the longest folder that holds `path`; NULL: none. */
Machine *machine_of(const char *path) {
  Machine *found = NULL;
  for (Machine *machine = machines; machine; machine = machine->next)
    if (lies_in(machine, path) && (!found || machine->length > found->length)) found = machine;
  return found;
}

int machine_frozen(const Machine *machine) { return machine && machine->frozen; }

static void die(Machine *machine, int power, const uint64_t *seed) {
  if (machine->frozen) return;
  for (Image *image = sd_images; image; image = image->next) {
    if (image->machine != machine) continue;
    if (power)
      image_lose(image, seed, machine->counts.power_losses, &machine->counts);
    else
      image_flush(image);
  }
  machine->frozen = 1;
  if (power)
    machine->counts.power_losses++;
  else
    machine->counts.kills++;
}

static void die_as_armed(Machine *machine) {
  die(machine, machine->death.power, machine->death.seeded ? &machine->death.seed : NULL);
  machine->death.countdown = 0;
}

static void count(Counts *counts, int op) {
  if (op & OP_ANY) {
    counts->ops++;
    sd_ops++;
  }
  switch (op) {
    case OP_READ: counts->reads++; break;
    case OP_WRITE: counts->writes++; break;
    case OP_SYNC: counts->syncs++; break;
    case OP_TRUNCATE: counts->truncates++; break;
    case OP_DELETE: counts->deletes++; break;
    case OP_OPEN: counts->opens++; break;
  }
}

static int error_of(int op, Counts *counts) {
  switch (op) {
    case OP_READ: counts->errors_read++; return SQLITE_IOERR_READ;
    case OP_WRITE: counts->errors_write++; return SQLITE_IOERR_WRITE;
    case OP_SYNC: counts->errors_sync++; return SQLITE_IOERR_FSYNC;
    case OP_TRUNCATE: counts->errors_truncate++; return SQLITE_IOERR_TRUNCATE;
    case OP_DELETE: counts->errors_delete++; return SQLITE_IOERR_DELETE;
    default: counts->errors_open++; return SQLITE_CANTOPEN;
  }
}

static int next_fault(Machine *machine, int op) {
  int effect = NO_FAULT;
  for (int at = 0; at < machine->rule_count; at++) {
    Rule *rule = &machine->rules[at];
    if (!(rule->ops & op) || --rule->countdown > 0) continue;
    if (effect == NO_FAULT) effect = rule->effect;
    if (rule->times > 0 && --rule->times == 0) *rule-- = machine->rules[--machine->rule_count], at--;
  }
  return effect;
}

/* Every operation asks first. A frozen machine reads, and fails at everything else. */
Verdict machine_asks(Machine *machine, int op) {
  Verdict verdict = {SQLITE_OK, NO_FAULT, 0};
  if (!machine) return verdict;
  if (machine->frozen) {
    if (op != OP_READ) verdict.rc = op == OP_OPEN ? SQLITE_CANTOPEN : SQLITE_IOERR;
    return verdict;
  }
  count(&machine->counts, op);
  if ((machine->death.ops & op) && machine->death.countdown > 0 && !--machine->death.countdown) {
    if (machine->death.before) {
      die_as_armed(machine);
      verdict.rc = SQLITE_IOERR;
      return verdict;
    }
    verdict.dies = 1;
  }
  if (!machine->rule_count) return verdict;
  switch (next_fault(machine, op)) {
    case FAULT_ERROR: verdict.rc = error_of(op, &machine->counts); break;
    case FAULT_FULL: verdict.rc = SQLITE_FULL; machine->counts.full++; break;
    case FAULT_TORN: verdict.fault = FAULT_TORN; machine->counts.torn++; break;
    case FAULT_LOST: verdict.fault = FAULT_LOST; machine->counts.lost_syncs++; break;
  }
  if (verdict.rc != SQLITE_OK && verdict.dies) {
    die_as_armed(machine);
    verdict.dies = 0;
  }
  return verdict;
}

/* What an operation that was done returns: the dead have no answer. */
int machine_ends(Machine *machine, Verdict verdict, int rc) {
  if (verdict.fault == FAULT_TORN) rc = SQLITE_IOERR_WRITE;
  if (verdict.fault == FAULT_LOST) rc = SQLITE_IOERR_FSYNC;
  if (verdict.dies) {
    die_as_armed(machine);
    rc = SQLITE_IOERR;
  }
  return rc;
}

/* Whether a file may grow. */
int machine_grows(Machine *machine) {
  if (!machine || !machine->full || machine->frozen) return 1;
  machine->counts.full++;
  return 0;
}

void machine_wrote(Machine *machine, Image *image, i64 offset, int amount) {
  if (!machine) return;
  machine->counts.bytes += amount;
  if (machine->trickles) image_trickle(image, &machine->trickle, offset, offset + amount);
}

/* What Python calls. */

/* NULL where a file below the folder is open already. */
API Machine *sd_machine(const char *folder) {
  sd_lock();
  Machine *machine = calloc(1, sizeof *machine);
  if (machine) {
    machine->folder = strdup(folder);
    machine->length = strlen(folder);
    for (File *file = sd_files; file && machine; file = file->next)
      if (file->path && lies_in(machine, file->path) && machine_of(file->path) == NULL) {
        free(machine->folder);
        free(machine);
        machine = NULL;
      }
  }
  if (machine) {
    machine->next = machines;
    machines = machine;
  }
  sd_unlock();
  return machine;
}

API void sd_forget(Machine *machine) {
  sd_lock();
  for (Image *image = sd_images; image; image = image->next) {
    if (image->machine != machine) continue;
    if (machine->frozen) image->dead = 1;
    else image_flush(image), image->through = 1;
    image->machine = NULL;
  }
  Machine **link = &machines;
  while (*link != machine) link = &(*link)->next;
  *link = machine->next;
  sd_unlock();
  free(machine->folder);
  free(machine);
}

API void sd_kill(Machine *machine) {
  sd_lock();
  die(machine, 0, NULL);
  sd_unlock();
}

API void sd_power_loss(Machine *machine, int seeded, uint64_t seed) {
  sd_lock();
  die(machine, 1, seeded ? &seed : NULL);
  sd_unlock();
}

API void sd_die_at(Machine *machine, int ops, i64 countdown, int before, int power, int seeded,
                   uint64_t seed) {
  sd_lock();
  machine->death.ops = ops;
  machine->death.countdown = countdown;
  machine->death.before = before;
  machine->death.power = power;
  machine->death.seeded = seeded;
  machine->death.seed = seed;
  sd_unlock();
}

/* 0 where there are too many rules. */
API int sd_fail(Machine *machine, int ops, i64 countdown, i64 times, int effect) {
  sd_lock();
  int fits = machine->rule_count < RULES;
  if (fits) machine->rules[machine->rule_count++] = (Rule){ops, effect, countdown, times};
  sd_unlock();
  return fits;
}

API void sd_heal(Machine *machine) {
  sd_lock();
  machine->rule_count = 0;
  sd_unlock();
}

API void sd_full(Machine *machine, int full) {
  sd_lock();
  machine->full = full;
  sd_unlock();
}

API void sd_trickle(Machine *machine, int on, uint64_t seed) {
  sd_lock();
  machine->trickles = on;
  machine->trickle.state = seed;
  sd_unlock();
}

static int open_files(const Machine *machine) {
  int open = 0;
  for (Image *image = sd_images; image; image = image->next)
    if (image->machine == machine) open += image->files;
  return open;
}

/* The machine starts anew. Returns how many files are still open: then nothing was done. */
API int sd_thaw(Machine *machine) {
  sd_lock();
  int open = open_files(machine);
  if (!open) {
    machine->frozen = machine->rule_count = 0;
    machine->death.countdown = 0;
  }
  sd_unlock();
  return open;
}

API int sd_open_files(const Machine *machine) {
  sd_lock();
  int open = open_files(machine);
  sd_unlock();
  return open;
}

/* Where it stands whether a machine is dead: Python looks after each step, and reads there. */
API const int *sd_frozen(const Machine *machine) { return &machine->frozen; }

API void sd_counts(const Machine *machine, Counts *counts) {
  sd_lock();
  *counts = machine->counts;
  sd_unlock();
}
