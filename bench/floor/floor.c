/*
 * The floor: what a tick's reads and parsing cost when nothing else is done. Reads the same files as the sampler in the same way (pread
 * at 0 on open descriptors, statvfs), and takes the same fields out of them. No rates, no rendering, nobody to give the numbers to.
 *
 *   floor hot                reads counts from standard input, a line each; makes so many full ticks, and says "done"
 *   floor paced INTERVAL_MS  ticks at absolute deadlines for ever, each source as often as the sampler reads it
 *   floor once               makes one full tick, and prints what it took
 *
 * Whoever starts it measures its CPU time from outside. cc -O2 -o floor floor.c
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define CPU_COLUMNS 8
#define MEMORY_EVERY_MS 100
#define SLOW_EVERY_MS 1000
#define DISK_EVERY_MS 5000
#define NS_PER_MS 1000000LL

/* What is wanted of /proc/meminfo, in the kernel's order. */
static const struct {
  const char *key;
  size_t length;
} MEM_KEYS[] = {
#define KEY(name) {name ":", sizeof(name)}
    KEY("MemTotal"), KEY("MemFree"),   KEY("MemAvailable"), KEY("Buffers"),      KEY("Cached"),
    KEY("SwapTotal"), KEY("SwapFree"), KEY("Shmem"),        KEY("SReclaimable"),
#undef KEY
};
#define MEM_FIELDS (sizeof(MEM_KEYS) / sizeof(MEM_KEYS[0]))

static int stat_fd, meminfo_fd, loadavg_fd, uptime_fd;

/* Where the numbers go: whole, so that no compiler leaves out a parse whose result nobody wants. */
static volatile struct {
  uint64_t cpu[CPU_COLUMNS];
  uint64_t memory_bytes[MEM_FIELDS];
  double load[3];
  double uptime_seconds;
  double disk_pct;
} out;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_file(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(path);
  return fd;
}

/* Reads the whole file, and closes it with a 0. */
static size_t read_file(int fd, char *buffer, size_t capacity) {
  ssize_t length = pread(fd, buffer, capacity - 1, 0);
  if (length <= 0) fail("pread");
  buffer[length] = 0;
  return (size_t)length;
}

/* Leaves `*at` behind the last digit. */
static uint64_t parse_digits(const char **at) {
  uint64_t value = 0;
  while (**at == ' ') (*at)++;
  while (**at >= '0' && **at <= '9') value = value * 10 + (uint64_t)(*(*at)++ - '0');
  return value;
}

static double parse_decimal(const char **at) {
  double value = (double)parse_digits(at);
  if (**at == '.') {
    const char *start = ++*at;
    double fraction = (double)parse_digits(at);
    for (ptrdiff_t i = *at - start; i > 0; i--) fraction /= 10;
    value += fraction;
  }
  return value;
}

static void sample_cpu(void) {
  static char buffer[1024];
  read_file(stat_fd, buffer, sizeof buffer);
  const char *at = buffer + 4;
  for (int i = 0; i < CPU_COLUMNS; i++) out.cpu[i] = parse_digits(&at);
}

/* A field is looked for where it stood the last time, and then from the start. */
static void sample_memory(void) {
  static char buffer[8192];
  static size_t offsets[MEM_FIELDS];
  size_t length = read_file(meminfo_fd, buffer, sizeof buffer);
  for (size_t field = 0; field < MEM_FIELDS; field++) {
    const char *key = MEM_KEYS[field].key;
    size_t key_length = MEM_KEYS[field].length;
    size_t offset = offsets[field];
    if (offset + key_length > length || memcmp(buffer + offset, key, key_length) != 0) {
      const char *line = buffer;
      while (line != NULL && memcmp(line, key, key_length) != 0) {
        line = strchr(line, '\n');
        if (line != NULL) line++;
      }
      if (line == NULL) continue;
      offset = offsets[field] = (size_t)(line - buffer);
    }
    const char *at = buffer + offset + key_length;
    out.memory_bytes[field] = parse_digits(&at) * 1024;
  }
}

static void sample_slow(void) {
  static char buffer[256];
  read_file(loadavg_fd, buffer, sizeof buffer);
  const char *at = buffer;
  for (int i = 0; i < 3; i++) out.load[i] = parse_decimal(&at);
  read_file(uptime_fd, buffer, sizeof buffer);
  at = buffer;
  out.uptime_seconds = parse_decimal(&at);
}

static void sample_disk(void) {
  struct statvfs fs;
  if (statvfs("/", &fs) != 0) fail("statvfs");
  double used = (double)(fs.f_blocks - fs.f_bfree);
  out.disk_pct = 100 * used / (used + (double)fs.f_bavail);
}

static void sample_all(void) {
  sample_cpu();
  sample_memory();
  sample_slow();
  sample_disk();
}

static void run_once(void) {
  sample_all();
  printf("cpu");
  for (int i = 0; i < CPU_COLUMNS; i++) printf(" %llu", (unsigned long long)out.cpu[i]);
  printf("\nmemory");
  for (size_t i = 0; i < MEM_FIELDS; i++) printf(" %llu", (unsigned long long)out.memory_bytes[i]);
  printf("\nload %.2f %.2f %.2f\n", out.load[0], out.load[1], out.load[2]);
  printf("uptime %.2f\ndisk %.3f\n", out.uptime_seconds, out.disk_pct);
}

static void run_hot(void) {
  char line[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    for (long left = atol(line); left > 0; left--) sample_all();
    puts("done");
    fflush(stdout);
  }
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Whether it is `every_ms` since the deadline at which it was last due; if so, that is now. */
static int is_due(int64_t deadline_ns, int64_t *last_ns, int64_t every_ms) {
  if (deadline_ns - *last_ns < every_ms * NS_PER_MS) return 0;
  *last_ns = deadline_ns;
  return 1;
}

static void run_paced(int64_t interval_ns) {
  int64_t deadline_ns = now_ns();
  int64_t memory_ns = 0, slow_ns = 0, disk_ns = 0;
  for (;;) {
    /* A tick whose time is over is left out. */
    int64_t behind_ns = now_ns() - deadline_ns;
    if (behind_ns >= interval_ns) deadline_ns += behind_ns / interval_ns * interval_ns;
    struct timespec deadline = {deadline_ns / 1000000000LL, deadline_ns % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) != 0) {
    }
    sample_cpu();
    if (is_due(deadline_ns, &memory_ns, MEMORY_EVERY_MS)) sample_memory();
    if (is_due(deadline_ns, &slow_ns, SLOW_EVERY_MS)) sample_slow();
    if (is_due(deadline_ns, &disk_ns, DISK_EVERY_MS)) sample_disk();
    deadline_ns += interval_ns;
  }
}

int main(int argc, char **argv) {
  /* It does not outlive whoever started it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  stat_fd = open_file("/proc/stat");
  meminfo_fd = open_file("/proc/meminfo");
  loadavg_fd = open_file("/proc/loadavg");
  uptime_fd = open_file("/proc/uptime");
  double interval_ms = argc == 3 && strcmp(argv[1], "paced") == 0 ? atof(argv[2]) : 0;
  if (argc == 2 && strcmp(argv[1], "hot") == 0) {
    run_hot();
  } else if (argc == 2 && strcmp(argv[1], "once") == 0) {
    run_once();
  } else if (interval_ms > 0) {
    run_paced((int64_t)(interval_ms * NS_PER_MS));
  } else {
    fprintf(stderr, "usage: floor hot | floor once | floor paced INTERVAL_MS\n");
    return 64;
  }
  return 0;
}
